"""What the pages and polls cost, by the meter of docs/cost.md, as docs/serve.md says."""

from typing import cast

from local.cosmos import Cosmos
from local.faults import Front
from shared.adapters.cosmos import Database
from shared.cli.serving.store import Store
from shared.domain.documents import FileKey
from tests.metering import metered_copy, said
from tests.serving.world import CALL, INGESTING, WHOLE, World, five_of


def test_pages_and_polls_cost_what_the_page_says(world: World, between: Front, cosmos: Cosmos) -> None:
    name = world.settings["COSMOS_DATABASE"]
    metered = metered_copy(name, between, cosmos)
    store, meter = Store(cast("Database", metered)), metered.meter
    call, missing = FileKey(WHOLE, CALL.id), FileKey(INGESTING, five_of(INGESTING)[4].id)
    with meter.phase("poll of a job"):
        store.job(INGESTING)
    with meter.phase("poll of a recording"):
        store.head(call)
    with meter.phase("poll of a recording that is not in yet"):
        store.head(missing)
        store.failure(missing)
        store.job(INGESTING)
    with meter.phase("page of a job with 3 recordings"):
        job = store.job(INGESTING)
        assert len(store.recordings(INGESTING).heads) == 3
    with meter.phase("page of a recording of 96 s"):
        head, job = store.head(call), store.job(WHOLE)
        store.failure(call)
        assert head is not None
        list(store.recording(head, job).phrases())
    measured = {what: round(units, 1) for what, units in meter.request_units.items() if what != "outside"}
    assert measured == said("serve.md")
    with meter.phase("list"):
        jobs = store.jobs().jobs
    assert meter.request_units["list"] <= 2 * 2 * 2.8 + 1.1 * len(jobs) + 0.01 * len(jobs)
