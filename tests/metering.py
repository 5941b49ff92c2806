"""Holds what a page of docs says of request units against the meter of docs/cost.md."""

import re
from pathlib import Path

from benchmarks.cost.meter import Meter, MeteredDatabase
from benchmarks.cost.queries import own
from local.cosmos import Cosmos
from local.faults import Front
from shared.adapters.cosmos.client import connect
from shared.domain.containers import CONTAINERS

_DOCS = Path(__file__).parents[1] / "docs"


def said(page: str) -> dict[str, float]:
    """Return what a page of docs says: request units by what is read."""
    text = (_DOCS / page).read_text()
    return {what: float(units) for what, units in re.findall(r"^\| ([^|]+) \| ([\d.]+) \|$", text, re.MULTILINE)}


def metered_copy(name: str, between: Front, cosmos: Cosmos) -> MeteredDatabase:
    """Return the database `name` with a meter that knows all of its documents. Requests go through `between`."""
    direct = connect(cosmos.endpoint, cosmos.key, name)
    metered = MeteredDatabase(connect(between.origin, cosmos.key, name), direct, between, Meter())
    for container in CONTAINERS:
        keys = [path[1:] for path in container.partition_key]
        for item in map(own, direct.get_container_client(container.name).read_all_items()):
            metered.containers[container.name].items[*(item[key] for key in keys), item["id"]] = item
    return metered
