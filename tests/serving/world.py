"""Real jobs in each state, which the pipeline wrote into a real server."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.docs.call import SECONDS, SOURCE, phrases
from local.provision import provision_cosmos, provision_storage
from local.samples.catalog import DATA
from local.samples.generate import report
from local.speech import FileSpec, JobError, JobSpec, Speech
from shared.bootstrap import App
from shared.cli.reader import Reader
from shared.domain.documents import FileKey
from shared.domain.messages import FetchPage, Work
from shared.domain.ticks import TICKS_PER_SECOND


def job_id(number: int) -> str:
    """Return the id of a job of the tests."""
    return f"00000000-0000-4000-8000-0000000013{number:02}"


WHOLE, PARTLY, FAILED, PENDING, INGESTING, MOVING, REPLACED, UNKNOWN = map(job_id, range(8))
IN_ORDER = (WHOLE, PARTLY, FAILED, PENDING, INGESTING, MOVING, REPLACED, UNKNOWN)
CALL, SILENCE = FileSpec.of(WHOLE, "contenturl_0.json"), FileSpec.of(WHOLE, "contenturl_1.json")
BROKEN, PARTLY_REPORT = FileSpec.of(PARTLY, "contenturl_0.json"), FileSpec.of(PARTLY, "report.json")
WHOLE_REPORT = FileSpec.of(WHOLE, "report.json")
AGAIN, LONG, AGAIN_REPORT = (
    FileSpec.of(REPLACED, name) for name in ("contenturl_0.json", "contenturl_1.json", "report.json")
)
LONG_TURNS = 1500
"""So many that they fill several parts."""


def five_of(job: str) -> tuple[FileSpec, ...]:
    """Return the five recordings of a job in progress, and its report. The first three are in."""
    names = (*(f"contenturl_{number}.json" for number in range(5)), "report.json")
    return tuple(FileSpec.of(job, name) for name in names)


@dataclass
class World:
    """The servers' addresses, and the app that writes. `waiting`: messages that jobs in progress still have."""

    settings: dict[str, str]
    app: App
    speech: Speech
    waiting: list[Work]

    def fetch_the_rest_of(self, job: str) -> None:
        """Fetch the files of a job in progress that are not in, and end it."""
        self.app.settle_jobs()
        _do(self.app, [each for each in self.waiting if each.job_id == job])
        list(self.app.settle_jobs())

    def write_anew(self, said: str) -> str:
        """Write AGAIN with another text in its first turn. Returns the revision that is replaced."""
        key = FileKey(REPLACED, AGAIN.id)
        before = Reader(self.app.database).head(key).revision
        _offer_replaced(self.speech, said)
        self.app.accept_job(json.dumps({"id": REPLACED, "reprocess": True}).encode())
        _do(self.app, [*self.app.poll_jobs(), *self.app.poll_jobs()])
        assert Reader(self.app.database).head(key).revision != before
        return before


def make_world(azurite: Azurite, cosmos: Cosmos, speech: Speech) -> World:
    """Return a database with a job in each state."""
    settings = {
        "SPEECH_ENDPOINT": speech.endpoint,
        "SPEECH_KEY": speech.key,
        "COSMOS_ENDPOINT": cosmos.endpoint,
        "COSMOS_KEY": cosmos.key,
        "COSMOS_DATABASE": f"serve-{uuid.uuid4().hex}",
        "AzureWebJobsStorage": azurite.connection_string,
        "CONTENT_HOSTS": azurite.blob_origin,
        "POLL_MIN_SECONDS": "0",
        "NOT_FOUND_MINUTES": "0",
    }
    provision_cosmos(cosmos.endpoint, cosmos.key, settings["COSMOS_DATABASE"])
    provision_storage(azurite.connection_string, "raw-results")
    app = App.from_env(settings)
    _offer(speech)
    for each in IN_ORDER:
        app.accept_job(each.encode())
    work = [*app.poll_jobs(), *app.poll_jobs(), *app.settle_jobs()]
    waiting = _do(app, work, but_of=(INGESTING, MOVING))
    for job in (INGESTING, MOVING):
        # One page of the list has three of the five files.
        first = next(each for each in waiting if each.job_id == job)
        waiting.remove(first)
        _do(app, [first])
    list(app.settle_jobs())
    return World(settings, app, speech, waiting)


_SUCCEEDED = {"source": "https://example.blob.core.windows.net/audio/0.wav", "status": "Succeeded"}


def call_result(said: str | None = None) -> bytes:
    """Return a result file: the call of the screenshots. `said`: what its first turn says instead."""
    whole = {"source": SOURCE, "durationInTicks": SECONDS * TICKS_PER_SECOND, "timestamp": "2026-11-02T09:00:00Z"}
    spoken = phrases()
    if said is not None:
        spoken[0]["nBest"][0]["display"] = said
    return json.dumps({**whole, "recognizedPhrases": spoken}).encode()


def long_result() -> bytes:
    """Return a result file of half an hour with LONG_TURNS turns on two channels."""
    each = {"recognitionStatus": "Success", "durationInTicks": TICKS_PER_SECOND}
    spoken = [
        {
            **each,
            "channel": number % 2,
            "offsetInTicks": (number * 6 // 5) * TICKS_PER_SECOND,
            "nBest": [
                {"confidence": 0.9, "lexical": "so", "display": f"This is turn {number}, and it has some words."}
            ],
        }
        for number in range(LONG_TURNS)
    ]
    return json.dumps({"durationInTicks": 1800 * TICKS_PER_SECOND, "recognizedPhrases": spoken}).encode()


def _do(app: App, work: Sequence[Work], but_of: Sequence[str] = ()) -> list[Work]:
    """Handle messages and those that follow from them. Returns the pages of these jobs' files, which are left."""
    left: list[Work] = []
    todo = [*work]
    while todo:
        message = todo.pop(0)
        if message.job_id in but_of and isinstance(message, FetchPage):
            left.append(message)
        else:
            todo += app.fetch_results(message, 1)
    if not left:
        list(app.settle_jobs())
    return left


def _offer(speech: Speech) -> None:
    put = speech.control.put_job
    call = call_result()
    names = {"channel.0": "Workshop", "channel.1": "Mr Jones"}
    silence = (DATA / "empty.json").read_bytes()
    files = (CALL, SILENCE, WHOLE_REPORT)
    spec = JobSpec(id=WHOLE, display_name="Calls of Monday", custom_properties=names, files=files)
    put(spec, {CALL.blob: call, SILENCE.blob: silence, WHOLE_REPORT.blob: report([_SUCCEEDED] * 2)})
    failures = json.loads((DATA / "report-failures.json").read_bytes())["details"]
    put(
        JobSpec(id=PARTLY, display_name="Calls of Tuesday", files=(BROKEN, PARTLY_REPORT)),
        {BROKEN.blob: b'{"recognizedPhrases": [{}]}', PARTLY_REPORT.blob: report([_SUCCEEDED, *failures])},
    )
    error = JobError(code="InvalidAudio", message="The audio could not be decoded.")
    put(JobSpec(id=FAILED, display_name="Calls of Wednesday", status="Failed", error=error))
    put(JobSpec(id=PENDING, display_name="Calls of Thursday", run_seconds=86_400))
    for job, name in ((INGESTING, "Calls of Friday"), (MOVING, "Calls of Saturday")):
        *five, last = five_of(job)
        contents = {file.blob: call for file in five} | {last.blob: report([_SUCCEEDED] * 5)}
        put(JobSpec(id=job, display_name=name, files=(*five, last), page_size=3), contents)
    _offer_replaced(speech, "This is the first time.")


def _offer_replaced(speech: Speech, said: str) -> None:
    spec = JobSpec(id=REPLACED, display_name="Calls of Sunday", files=(AGAIN, LONG, AGAIN_REPORT))
    contents = {AGAIN.blob: call_result(said), LONG.blob: long_result()}
    speech.control.put_job(spec, {**contents, AGAIN_REPORT.blob: report([_SUCCEEDED] * 2)})
