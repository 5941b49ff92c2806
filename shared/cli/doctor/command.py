"""`speech2cosmos doctor`: what is wrong, and what to do about it."""

import sys
from enum import StrEnum
from importlib.metadata import version
from typing import Annotated

import msgspec
import typer

from shared.adapters.clock import SystemClock
from shared.cli.doctor.archive import RAW, archive, in_archive
from shared.cli.doctor.archive import SIGN_IN as ARCHIVE
from shared.cli.doctor.checks import Diagnosis, State
from shared.cli.doctor.configured import Configured, Service, configured
from shared.cli.doctor.cosmos import DOCUMENTS, cosmos, documents
from shared.cli.doctor.cosmos import SIGN_IN as COSMOS
from shared.cli.doctor.jobs import (
    GIVEN_UP,
    INGESTING,
    PENDING,
    RETRIES,
    STRAYS,
    given_up,
    ingesting,
    pending,
    retries,
    strays,
)
from shared.cli.doctor.logged import RIGHTS, TICK, last_tick, logs_of, rights
from shared.cli.doctor.lost import IN_COSMOS, IN_SPEECH, at_speech, in_cosmos
from shared.cli.doctor.machine import CLOCK, clock, python
from shared.cli.doctor.parts import PARTS, parts
from shared.cli.doctor.printing import print_diagnosis
from shared.cli.doctor.queues import SIGN_IN as QUEUES
from shared.cli.doctor.queues import queues
from shared.cli.doctor.running import Probe, run_probes
from shared.cli.doctor.speech import SIGN_IN as SPEECH
from shared.cli.doctor.speech import speech
from shared.cli.exits import Exit
from shared.cli.installed import with_pages
from shared.cli.terminal.counter import StatusLine
from shared.cli.terminal.output import print_json
from shared.cli.terminal.times import since_of
from shared.domain.documents import utc

_NAME = "speech2cosmos"

_LONG_SECONDS = 180.0
"""Longest time of a check that reads lists of Speech page by page."""


class Form(StrEnum):
    """Values of `-o`."""

    TABLE = "table"
    JSON = "json"


AsForm = Annotated[Form, typer.Option("--output", "-o", help="Form of the checks.")]
Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="Nothing may be lost that ended since: 12h, 3d or 2026-11-28.")
]


def doctor(*, since: Since = "3d", form: AsForm = Form.TABLE) -> None:
    """Check every service and the app, and say what to do. It changes nothing.

    \b
    speech2cosmos doctor
    speech2cosmos doctor --since 12h
    speech2cosmos doctor -o json

    Exit 1 if a check failed.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    time = SystemClock()
    now = time.now()
    begin = since_of(since, now)
    asked = configured()
    addresses = asked.addresses()
    line = StatusLine()

    def show(name: str) -> None:
        line.show(f"looking at {name}")

    checks = [*asked.checks(), *run_probes(_first(asked, time), _ready(asked), show)]
    ready = {check.name for check in checks if check.status is State.PASS} | _ready(asked)
    checks += run_probes(_second(asked, time, begin), ready, show)
    line.erase()
    told = [msgspec.structs.replace(check, fix=check.fix and with_pages(check.fix)) for check in checks]
    diagnosis = Diagnosis(utc(now), begin, version(_NAME), addresses, told)
    if form is Form.JSON:
        print_json(diagnosis)
    else:
        print_diagnosis(diagnosis)
    if diagnosis.failed:
        raise typer.Exit(Exit.FAILED)


def _ready(asked: Configured) -> set[str]:
    return {_settings(service) for service in asked.services}


def _settings(service: Service) -> str:
    return f"settings of {service}"


def _first(asked: Configured, time: SystemClock) -> list[Probe]:
    """Return the probes of this machine, and those that sign in to each service."""
    app, settings, services = asked.app, asked.settings, asked.services
    origins = {Service.COSMOS: settings.cosmos_endpoint, Service.SPEECH: settings.speech_endpoint}
    known = {str(service): origin for service, origin in origins.items() if service in services}
    here = version(_NAME)
    return [
        Probe("machine: version", lambda: python(here, sys.version_info[:3])),
        Probe(CLOCK, lambda: clock(known, time.now)),
        Probe(SPEECH, lambda: speech(app), [_settings(Service.SPEECH)], signs_in=True),
        Probe(COSMOS, lambda: cosmos(app), [_settings(Service.COSMOS)], signs_in=True),
        Probe(QUEUES, lambda: queues(app, time.now), [_settings(Service.QUEUES)], signs_in=True),
        Probe(ARCHIVE, lambda: archive(app), [_settings(Service.BLOBS)], signs_in=True),
    ]


def _second(asked: Configured, time: SystemClock, since: str) -> list[Probe]:
    """Return the probes that need what the first ones found."""
    app = asked.app
    logs = logs_of(app) if Service.COSMOS in asked.services else None
    return [
        Probe(DOCUMENTS, lambda: documents(app), [COSMOS]),
        Probe(TICK, lambda: last_tick(app, logs, time.now), [COSMOS]),
        Probe(RIGHTS, lambda: rights(logs)),
        Probe(PENDING, lambda: pending(app, time.now()), [COSMOS]),
        Probe(INGESTING, lambda: ingesting(app, time.now()), [COSMOS]),
        Probe(RETRIES, lambda: retries(app, time.now()), [COSMOS]),
        Probe(STRAYS, lambda: strays(app, time.now()), [COSMOS]),
        Probe(GIVEN_UP, lambda: given_up(app, since), [COSMOS]),
        Probe(IN_SPEECH, lambda: at_speech(app, since, time.now), [SPEECH, COSMOS], _LONG_SECONDS),
        Probe(IN_COSMOS, lambda: in_cosmos(app, since, time.now()), [COSMOS]),
        Probe(PARTS, lambda: parts(app, since, time.now()), [COSMOS]),
        Probe(RAW, lambda: in_archive(app, since, time.now()), [COSMOS, ARCHIVE], _LONG_SECONDS),
    ]
