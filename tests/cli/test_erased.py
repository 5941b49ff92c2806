"""What commands and served pages say of jobs and recordings that were erased."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.requests import Request

from shared.bootstrap import App
from shared.cli.read.any_job import RecordingsOfJobs
from shared.cli.read.recordings import Recordings
from shared.cli.serving.answers import failed
from shared.cli.serving.app import Pace, Pages
from shared.cli.serving.store import Store
from shared.domain.documents import FileKey, utc
from shared.domain.forgotten import forgotten, forgotten_file, without_file
from shared.domain.job import Job
from shared.domain.messages import JOBS_QUEUE
from shared.errors import Erased
from tests.cli.conftest import WHOLE_JOB, Run, World
from tests.cli.storing import remove_job, store_job, store_recording
from tests.rendering.making import phrase

JOB = "00000000-0000-4000-8000-00000000ed01"
GONE = "00000000-0000-4000-8001-00000000ed02"
KEPT, ERASED, LATER = (f"00000000-0000-4000-8000-00000000ed{number}" for number in ("f1", "f2", "f3"))
ONLY = "00000000-0000-4000-8000-00000000eef1"
WHEN = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("jobs", "here")


def erase_file(app: App, job_id: str, file_id: str) -> None:
    """Do to a recording what its erasure does."""
    key = FileKey(job_id, file_id)
    app.jobs.update(job_id, lambda job: without_file(job, file_id, None, WHEN))
    stored = app.transcripts.head(key)
    assert stored is not None
    app.transcripts.forget(forgotten_file(key, 1, WHEN), stored.etag)
    app.transcripts.clear(key)


@pytest.fixture
def app(world: World) -> App:
    return App.from_env(world.settings)


@pytest.fixture
def jobs(world: World, app: App) -> Iterator[None]:
    """Give a job with one of three recordings erased, and a job that was erased as a whole."""
    for job_id, name, files in ((JOB, "Two calls left", (KEPT, ERASED, LATER)), (GONE, "Gone", (ONLY,))):
        store_job(world, job_id, name)
        for number, file_id in enumerate(files):
            said = phrase(f"This is number {number}.", 1)
            store_recording(world, job_id, file_id, [said], name=f"call {number}.wav", number=number)
    erase_file(app, JOB, ERASED)
    app.jobs.exchange(GONE, lambda job: forgotten(job, WHEN) if isinstance(job, Job) else None)
    key = FileKey(GONE, ONLY)
    stored = app.transcripts.head(key)
    assert stored is not None
    app.transcripts.forget(forgotten_file(key, 1, WHEN), stored.etag)
    app.transcripts.clear(key)
    yield
    for job_id in (JOB, GONE):
        remove_job(world, job_id)


@pytest.mark.parametrize("command", [["read"], ["open"], ["export"], ["show"], ["retry", "--yes"]])
def test_a_command_that_asks_for_an_erased_recording_ends_with_1_and_says_when_it_was_erased(
    run: Run, command: list[str]
) -> None:
    name, *options = command
    ran = run(name, JOB, ERASED, *options)
    assert (ran.code, ran.out) == (1, "")
    assert f"recording {ERASED} of job {JOB} was erased on request at 2026-11-0" in ran.error
    assert ran.advice[0].startswith("`speech2cosmos " + ("retry JOB --rewrite" if name == "retry" else f"show {JOB}"))


@pytest.mark.parametrize("command", ["read", "open", "export", "retry", "search"])
def test_a_command_that_asks_for_an_erased_job_ends_with_1_and_says_when_it_was_erased(run: Run, command: str) -> None:
    ran = run("search", "number", "--job", GONE) if command == "search" else run(command, GONE)
    assert (ran.code, ran.out) == (1, "")
    assert f"job {GONE} was erased on request at 2026-11-0" in ran.error


def test_show_tells_of_an_erased_job_and_of_the_erased_recordings_of_a_job(run: Run) -> None:
    gone, left = run("show", GONE), run("show", JOB)
    assert (gone.code, left.code) == (0, 0)
    assert f"Job {GONE}: forgotten" in gone.out
    assert ", on request" in gone.out
    assert "Erased on request" in left.out
    assert ERASED in left.out
    assert "call 1.wav" not in left.out


def test_show_prints_tombstones_as_documents(run: Run) -> None:
    types = [(line["type"], line["id"]) for line in run("show", GONE, "--json").lines]
    assert types == [("forgotten", GONE), ("forgotten", "transcript")]
    (line,) = run("show", JOB, ERASED, "--json").lines
    assert (line["type"], line["forgottenAt"]) == ("forgotten", utc(WHEN))


def test_jobs_of_status_forgotten_are_the_erased_ones(run: Run) -> None:
    ran = run("jobs", "--status", "forgotten", "-o", "json")
    assert [(row["id"], row["status"], row["forgottenAt"], row["name"]) for row in json.loads(ran.out)] == [
        (GONE, "forgotten", utc(WHEN), None)
    ]
    table = run("jobs", "--status", "forgotten").out.splitlines()
    assert table[0].split() == ["STATUS", "ID", "RUN", "ERASED"]
    assert GONE not in run("jobs").out
    assert run("jobs", "--status", "forgotten", "--since", "2027-01-01").error == "No job was erased.\n"


def test_the_beginning_of_an_erased_jobs_id_finds_it(run: Run) -> None:
    assert f"job {GONE} was erased" in run("read", GONE[:23]).error


def test_exports_have_the_other_recordings_and_say_that_one_was_erased(run: Run, tmp_path: Path) -> None:
    ran = run("export", JOB, "-d", str(tmp_path / "one"))
    assert ran.code == 0
    assert "2 of 2 recordings written" in ran.error
    assert "erased on request, and not among them: 1 recording" in ran.error
    assert not [file for file in (tmp_path / "one").iterdir() if "call 1" in file.name]
    many = run("export", JOB, "-f", "jsonl", "-d", str(tmp_path / "many"))
    assert many.code == 0
    written = "".join(file.read_text() for file in (tmp_path / "many").iterdir())
    assert "This is number 0" in written
    assert "This is number 1" not in written


def test_a_search_passes_over_an_erased_recording(run: Run) -> None:
    ran = run("search", "number", "--job", JOB)
    assert ran.code == 0
    assert "This is »number« 0." in ran.out
    assert "This is »number« 1." not in ran.out


def test_an_export_that_goes_on_after_an_erasure_says_so(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    recordings, many = Recordings(app, JOB, None, None), RecordingsOfJobs(app, None)
    erase_file(app, JOB, LATER)
    (head,) = (each for each in recordings.heads if each.file_id == LATER)
    with pytest.raises(Erased, match=f"recording {LATER} of job {JOB} was erased on request"):
        list(recordings.recording(head).turns())
    assert many.read(FileKey(JOB, LATER), lambda recording: list(recording.turns()), head) is None
    assert capsys.readouterr().err == ""


def test_retry_with_rewrite_brings_an_erased_job_back(run: Run, app: App) -> None:
    ran = run("retry", GONE, "--rewrite", "--yes")
    assert ran.code == 0
    assert "1 message about 1 job sent" in ran.out
    assert app.settings.jobs_queue == JOBS_QUEUE


def request(path: str, **parts: str) -> Request:
    """Return a request of a page."""
    scope = {"type": "http", "method": "GET", "path": path, "path_params": parts, "headers": [], "query_string": b""}
    return Request(scope)


def test_a_served_page_says_when_the_recording_or_the_job_was_erased(app: App) -> None:
    pages = Pages(Store(app.database), "a database", lambda: WHEN, Pace())
    for page, parts, what in (
        (pages.recording, {"job": JOB, "file": ERASED}, f"recording {ERASED} of job {JOB}"),
        (pages.recording, {"job": GONE, "file": ONLY}, f"recording {ONLY} of job {GONE}"),
        (pages.recording, {"job": GONE, "file": KEPT}, f"job {GONE}"),
        (pages.job, {"job": GONE}, f"job {GONE}"),
    ):
        asked = request("/" + "/".join(parts.values()), **parts)
        with pytest.raises(Erased) as caught:
            page(asked)
        answer = failed(asked, caught.value)
        assert answer.status_code == 410
        assert f"{what} was erased on request at 2026-11-0" in bytes(answer.body).decode()
    shown = bytes(pages.job(request(f"/{JOB}", job=JOB)).body).decode()
    assert "a recording was erased" in shown
    assert ERASED not in shown


def test_a_job_without_an_erasure_says_nothing_of_one(run: Run, app: App) -> None:
    pages = Pages(Store(app.database), "a database", lambda: WHEN, Pace())
    page = bytes(pages.job(request(f"/{WHOLE_JOB}", job=WHOLE_JOB)).body).decode()
    for shown in (page, run("show", WHOLE_JOB).out):
        assert "My Transcription" in shown
        assert not {"erased", "UNSET"} & set(shown.replace("<", " ").split())
    rows = json.loads(run("jobs", "-o", "json").out)
    assert {row["id"]: row["forgottenAt"] for row in rows}.items() >= {(WHOLE_JOB, None), (JOB, utc(WHEN))}


def test_the_state_of_a_recording_that_was_erased_while_it_is_shown_says_so(app: App) -> None:
    pages = Pages(Store(app.database), "a database", lambda: WHEN, Pace())
    state = json.loads(bytes(pages.recording_state(request("/state", job=JOB, file=ERASED)).body))
    assert (state["version"], state["ended"]) == ("erased", True)
    assert pages.jobs_state(request("/state")).status_code == 200
