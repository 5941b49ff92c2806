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
from shared.domain.messages import FetchPage, Work
from shared.domain.ticks import TICKS_PER_SECOND


def job_id(number: int) -> str:
    """Return the id of a job of the tests."""
    return f"00000000-0000-4000-8000-0000000013{number:02}"


WHOLE, PARTLY, FAILED, PENDING, INGESTING, UNKNOWN = map(job_id, range(6))
CALL, SILENCE = FileSpec.of(WHOLE, "contenturl_0.json"), FileSpec.of(WHOLE, "contenturl_1.json")
BROKEN, PARTLY_REPORT = FileSpec.of(PARTLY, "contenturl_0.json"), FileSpec.of(PARTLY, "report.json")
WHOLE_REPORT, LAST_REPORT = FileSpec.of(WHOLE, "report.json"), FileSpec.of(INGESTING, "report.json")
OF_FIVE = tuple(FileSpec.of(INGESTING, f"contenturl_{number}.json") for number in range(5))


@dataclass
class World:
    """The servers' addresses, and the app that writes. `waiting`: messages that a job in progress still has."""

    settings: dict[str, str]
    app: App
    speech: Speech
    waiting: list[Work]

    def fetch_the_rest(self) -> None:
        """Fetch the files of the job in progress that are not in, and end it."""
        work, self.waiting = self.waiting, []
        _do(self.app, work)
        list(self.app.settle_jobs())


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
    for each in (WHOLE, PARTLY, FAILED, PENDING, INGESTING, UNKNOWN):
        app.accept_job(each.encode())
    work = [*app.poll_jobs(), *app.poll_jobs(), *app.settle_jobs()]
    waiting = _do(app, work, but_of=INGESTING)
    # One page of the job in progress has three of its five files.
    first = next(each for each in waiting if isinstance(each, FetchPage))
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


def _do(app: App, work: Sequence[Work], but_of: str | None = None) -> list[Work]:
    """Handle messages and those that follow from them. Returns the pages of one job's files, which are left."""
    left: list[Work] = []
    todo = [*work]
    while todo:
        message = todo.pop(0)
        if message.job_id == but_of and isinstance(message, FetchPage):
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
    spec = JobSpec(id=INGESTING, display_name="Calls of Friday", files=(*OF_FIVE, LAST_REPORT), page_size=3)
    put(spec, {**{file.blob: call for file in OF_FIVE}, LAST_REPORT.blob: report([_SUCCEEDED] * 5)})
