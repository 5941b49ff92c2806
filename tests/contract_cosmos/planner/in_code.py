"""Every query of the app, the command line and the contract page's example, recorded by calling each method once."""

from functools import partial

import msgspec

from local.docs.reader import files_of
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.adapters.cosmos.erasure import Erasure
from shared.adapters.cosmos.ingested_since import recordings_of, recordings_since
from shared.adapters.cosmos.inventory import Named, broken_files
from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.survey import Survey
from shared.cli.reader import Reader
from shared.cli.serving.store import Store
from shared.domain.containers import CONTAINERS, TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.domain.job import Job, Status
from shared.domain.poll_mark import Place
from tests.contract_cosmos.planner.asked import AskedDatabase

NOON = "2026-11-02T12:00:00.000000Z"
LATER = "2026-11-03T12:00:00.000000Z"
JOB = Job(id="job", status=Status.INGESTING, accepted_at=NOON)
KEY = FileKey("job", "file")

LOST = {"fileId": "file", "kind": "Transcription", "name": "a.wav", "code": "code", "message": "message"}


def ask_all() -> AskedDatabase:
    """Call every method that sends a query."""
    database = AskedDatabase()
    _ask_of_jobs(database)
    _ask_of_transcripts(database)
    _survey(database)
    return database


def _ask_of_jobs(database: AskedDatabase) -> None:
    jobs = CosmosJobs(database, None)
    jobs.new(10)
    jobs.due(NOON, 10)
    jobs.unseen(NOON, 10)
    jobs.oldest_pending()
    jobs.strays(NOON, 10)
    jobs.pending_among(["a", "b"])
    jobs.to_list_again(NOON, 10)
    jobs.any_to_do(NOON)
    for after in (None, Place(NOON, "job")):
        jobs.ingesting(after, 1)
        jobs.untidied(NOON, after, 1)
    # More rows than the limit, so that the query for rows with the same time is sent.
    moved = msgspec.to_builtins(msgspec.structs.replace(JOB, moved_at=NOON, ended_at=NOON))
    for find in (jobs.ingesting, partial(jobs.untidied, LATER)):
        rows = iter([[moved] * 2])
        database.answer = lambda _, rows=rows: next(rows, [])  # type: ignore[misc] # the answers of this turn
        find(None, 1)
    database.answer = lambda _: []
    jobs.rejected()
    jobs.rejected(10)
    jobs.unlisted()
    lists = JobLists(database)
    for since in (None, NOON):
        lists.newest(10, (), since)
        lists.newest(10, (Status.PENDING,), since)
    lists.older(10, NOON)
    lists.accepted_at(NOON)
    lists.ended()
    lists.forgotten(10)
    lists.beginning("0000")
    lists.with_name("calls of today")
    database.answer = lambda text: [1] if "COUNT" in text else []
    lists.known_among(["a", "b"])
    lists.retention()
    database.answer = lambda _: []


def _ask_of_transcripts(database: AskedDatabase) -> None:
    transcripts = CosmosTranscripts(database, None)
    container = database.get_container_client(TRANSCRIPTS.name)
    transcripts.parts(KEY, "revision")
    transcripts.remove(KEY, "revision")
    transcripts.clear(KEY)
    transcripts.tally(JOB)
    transcripts.outcomes("job", ["a", "b"])
    transcripts.items("job")
    transcripts.items("job", "file")
    database.answer = lambda text: [LOST] if "c.kind" in text else []
    transcripts.tally(JOB)
    # More parts than any head names, so that the query for ids is sent.
    database.answer = lambda text: [1] if "COUNT" in text else []
    transcripts.leftovers(JOB, None)
    broken_files(container, JOB, [Named(KEY, "revision", 1, frozenset(), None)])
    database.answer = lambda _: []
    Store(database).recordings("job")
    reader = Reader(database)
    reader.files("job")
    reader.files("job", "file")
    reader.failures()
    reader.failures("job")
    list(recordings_since(container, NOON))
    recordings_of(container, "job")
    files_of(container, "job")
    erasure = Erasure(database)
    erasure.stored("job")
    erasure.stored(KEY)
    erasure.report_parts("job")


def _survey(database: AskedDatabase) -> None:
    """Send what `speech2cosmos doctor` asks."""
    survey = Survey(database, lambda _: None)
    for container in CONTAINERS:
        survey.of_unknown_type(container)
    survey.in_status(Status.PENDING)
    survey.rejected(NOON)
    survey.failures()
    survey.retried()
    survey.newest_recordings(NOON, 10)
    survey.jobs_ended(NOON, 10)
    survey.in_states(["a", "b"], (Status.PENDING, Status.EXPIRED))
    survey.heads(["a", "b"])
    survey.files(["a", "b"])
