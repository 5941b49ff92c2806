"""What a run costs in Cosmos DB, and that this hardly grows with what is stored."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from local.cosmos import Cosmos
from local.faults import Front
from shared.bootstrap import App
from shared.cli.doctor.archive import in_archive
from shared.cli.doctor.checks import Check
from shared.cli.doctor.cosmos import documents
from shared.cli.doctor.jobs import given_up, ingesting, pending, retries, strays
from shared.cli.doctor.logged import last_tick
from shared.cli.doctor.lost import at_speech, in_cosmos
from shared.cli.doctor.parts import parts
from shared.domain.documents import utc
from tests.cli.doctor.conftest import Patient
from tests.metering import metered_copy

MOST = 400.0
"""RU of all queries here, where each query goes to three physical partitions. In Azure a new account has one."""

ENTRIES = 12.0
"""RU of 120 more entries in the index, and of one more request to each partition. To load the documents takes 60."""


def cost(patient: Patient, between: Front, cosmos: Cosmos) -> dict[str, float]:
    """Return the request units of each check that queries."""
    now = datetime.now(UTC)
    since = utc(now - timedelta(days=3))
    app = App.from_env(patient.given.settings)
    metered = metered_copy(patient.given.settings["COSMOS_DATABASE"], between, cosmos)
    vars(app)["database"] = metered
    probes: dict[str, Callable[[], Iterable[Check]]] = {
        "documents": lambda: documents(app),
        "tick": lambda: last_tick(app, None, lambda: now),
        "pending": lambda: pending(app, now),
        "ingesting": lambda: ingesting(app, now),
        "retries": lambda: retries(app, now),
        "strays": lambda: strays(app, now),
        "given up": lambda: given_up(app, since),
        "at Speech": lambda: at_speech(app, since, lambda: now),
        "in Cosmos DB": lambda: in_cosmos(app, since, now),
        "parts": lambda: parts(app, since, now),
        "archive": lambda: in_archive(app, since, now),
    }
    for name, probe in probes.items():
        with metered.meter.phase(name):
            list(probe())
    return {name: metered.meter.request_units[name] for name in probes}


def test_what_was_stored_before_costs_hardly_anything(patient: Patient, between: Front, cosmos: Cosmos) -> None:
    for number in range(60):
        patient.given.job(f"old-{number}")
    before = cost(patient, between, cosmos)
    for number in range(60, 120):
        patient.given.job(f"old-{number}")
        patient.given.file("file", f"old-{number}")
    after = cost(patient, between, cosmos)
    assert sum(before.values()) < MOST
    # A count passes over an entry of the index for each document.
    grown = {name: after[name] - before[name] for name in before}
    assert {name: units for name, units in grown.items() if units >= ENTRIES} == {}
