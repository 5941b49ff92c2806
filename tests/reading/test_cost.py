"""What readers cost, by the meter of docs/cost.md, is what docs/reading.md says."""

import importlib.util
from pathlib import Path
from typing import Any, cast

from azure.cosmos import ContainerProxy

from benchmarks.cost.charges import read_charge
from benchmarks.cost.queries import own
from local.cosmos import Cosmos
from local.faults import Front
from shared.adapters.cosmos.client import connect
from shared.domain.parts import encoded_size
from tests.metering import metered_copy, said
from tests.serving.world import LONG, REPLACED, World

ROOT = Path(__file__).parents[2]


def read_program() -> Any:  # noqa: ANN401 - a program of the page, which is not in a package
    spec = importlib.util.spec_from_file_location("read_program", ROOT / "docs/reading/read.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def feed_charge(container: ContainerProxy, **scope: Any) -> float:  # noqa: ANN401 - the SDK's options
    """Return the RU of reading each document of the feed once."""
    feed = container.query_items_change_feed(start_time="Beginning", **scope)
    return sum(read_charge(encoded_size(own(document))) for document in feed)


def test_readers_cost_what_the_page_says(world: World, between: Front, cosmos: Cosmos) -> None:
    name = world.settings["COSMOS_DATABASE"]
    metered = metered_copy(name, between, cosmos)
    jobs, transcripts = (cast("Any", metered.containers[each]) for each in ("jobs", "transcripts"))
    program, meter = read_program(), metered.meter
    with meter.phase("the job: has it ended?"):
        jobs.read_item(REPLACED, REPLACED)
    with meter.phase("its recordings (a query)"):
        assert len(program.files_of(transcripts, REPLACED)) == 2
    with meter.phase("the conversation of half an hour, 1,500 turns"):
        assert len(program.conversation(transcripts, REPLACED, LONG.id)) == 1500
    measured = {what: units for what, units in meter.request_units.items() if what != "outside"}
    follower = connect(cosmos.endpoint, cosmos.key, name).get_container_client("transcripts")
    measured["the feed of `transcripts`: all documents of that recording"] = feed_charge(
        follower, partition_key=[REPLACED, LONG.id]
    )
    assert {what: round(units, 1) for what, units in measured.items()} == said("reading.md")
