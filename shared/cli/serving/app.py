"""The application: an address for each page, and one for the state of each page.

/                  the list of jobs          /state?of=JOB,JOB     those of its jobs that have not ended
/JOB               a job                     /state/JOB            that job
/JOB/FILE          a recording               /state/JOB/FILE       that recording
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from shared.cli.advice import advised
from shared.cli.ids import document_id_of, job_id_of
from shared.cli.serving.answers import failed, in_pieces, state_answer, version_of
from shared.cli.serving.store import Store
from shared.cli.serving.threads import Announced, at_once, each_in_thread
from shared.domain.documents import FileFailure, FileKey, Transcript
from shared.domain.job import END_STATES, Job, Status
from shared.errors import Erased, InvalidMessage, NotFound, Speech2CosmosError
from shared.rendering.page import page
from shared.rendering.page.frame import Live
from shared.rendering.page.job import JOBS, given_up_notice, job_page, link_to, waiting_page
from shared.rendering.page.jobs import jobs_page
from shared.rendering.page.page import Served

ERASED = "erased"
"""The version of a recording that was erased, for a page that shows it: replaced.js."""

WATCHED = 10
"""Jobs of the list that its state reads: the newest ones that have not ended. Each costs a point read."""


class Pace(NamedTuple):
    """Seconds between two requests for the state of the list, of what has not ended, and of a recording that is in."""

    jobs: float = 15
    waiting: float = 5
    recording: float = 30


class Pages:
    """The pages and their states. `about`: which database they are from. `now`: a clock."""

    def __init__(self, store: Store, about: str, now: Callable[[], datetime], pace: Pace) -> None:
        self._store = store
        self._about = about
        self._now = now
        self._pace = pace

    def jobs(self, request: Request) -> Response:
        """Return the list of jobs."""
        before = request.query_params.get("before")
        listed = self._store.jobs(before)
        going = [job for job in listed.jobs if job.status not in END_STATES][:WATCHED]
        live = self._live_of(going)
        html = jobs_page(
            listed.jobs,
            store=self._about,
            unread=listed.unread,
            before=before,
            older=listed.older,
            now=self._now(),
            live=live,
        )
        return HTMLResponse(html)

    def jobs_state(self, request: Request) -> Response:
        """Return the state of some jobs."""
        named = [each for each in request.query_params.get("of", "").split(",") if each]
        jobs = [self._unless_erased(job_id_of(each)) for each in named[:WATCHED]]
        return state_answer(request, self._live_of([job for job in jobs if job is not None]))

    def _unless_erased(self, job_id: str) -> Job | None:
        try:
            return self._store.job(job_id)
        except Erased:
            return None

    def job(self, request: Request) -> Response:
        """Return the page of a job."""
        job = self._known(request)
        recordings = self._store.recordings(job.id)
        return HTMLResponse(job_page(job, recordings, now=self._now(), live=self._live_job(job)))

    def job_state(self, request: Request) -> Response:
        """Return the state of a job."""
        return state_answer(request, self._live_job(self._known(request)))

    def recording(self, request: Request) -> Response:
        """Return a recording's transcript, or why there is none."""
        key = self._key(request)
        head, failure = self._store.head(key), self._store.failure(key)
        if head is None:
            job = self._without_head(key, failure)
            return HTMLResponse(
                waiting_page(job, key.file_id, failure, now=self._now(), live=self._waiting(key, job, failure))
            )
        if request.method == "HEAD":
            return HTMLResponse()
        of_job = self._store.job(key.job_id)
        trail = [JOBS] if of_job is None else [JOBS, link_to(of_job)]
        notice = given_up_notice(failure) if failure and failure.run > head.run else ""
        pieces = page(self._store.recording(head, of_job), Served(self._live_recording(head), trail, notice))
        return StreamingResponse(each_in_thread(in_pieces(pieces)), media_type="text/html")

    def recording_state(self, request: Request) -> Response:
        """Return the state of a recording. Once it is in, that takes one point read."""
        key = self._key(request)
        try:
            head = self._store.head(key)
        except Erased:
            return state_answer(request, Live(request.url.path, "transcript", ERASED, self._pace.recording, ended=True))
        if head is not None:
            return state_answer(request, self._live_recording(head))
        failure = self._store.failure(key)
        return state_answer(request, self._waiting(key, self._without_head(key, failure), failure))

    def _live_of(self, going: list[Job]) -> Live:
        version = version_of([_facts(job) for job in going if job.status not in END_STATES])
        ids = ",".join(job.id for job in going)
        return Live(f"/state?of={ids}", "jobs", version, self._pace.jobs, ended=not going)

    def _live_job(self, job: Job) -> Live:
        ended = job.status in END_STATES
        return Live(f"/state/{job.id}", "job", version_of(_facts(job)), self._pace.waiting, ended=ended)

    def _live_recording(self, head: Transcript) -> Live:
        path = f"/state/{head.job_id}/{head.file_id}"
        return Live(path, "transcript", head.revision, self._pace.recording)

    def _waiting(self, key: FileKey, job: Job, failure: FileFailure | None) -> Live:
        given_up = (failure.run, failure.code, failure.message) if failure else None
        version = version_of(_facts(job), given_up)
        ended = job.status in END_STATES
        return Live(f"/state/{key.job_id}/{key.file_id}", "waiting", version, self._pace.waiting, ended=ended)

    def _without_head(self, key: FileKey, failure: FileFailure | None) -> Job:
        job = self._store.job(key.job_id)
        if job is None:
            raise _no_job(key.job_id)
        if failure is None and job.status in {Status.COMPLETED, Status.COMPLETED_WITH_ERRORS}:
            words = f"Job {key.job_id} has no recording with the file id {key.file_id}."
            raise advised(NotFound(words), "the page of the job, which lists its recordings")
        return job

    def _known(self, request: Request) -> Job:
        job_id = job_id_of(request.path_params["job"])
        job = self._store.job(job_id)
        if job is None:
            raise _no_job(job_id)
        return job

    def _key(self, request: Request) -> FileKey:
        return FileKey(job_id_of(request.path_params["job"]), document_id_of(request.path_params["file"]))


def application(pages: Pages) -> Starlette:
    """Return the application, without the guard that every request has to pass first."""
    announced = Announced()
    routes = {
        "/": announced.endpoint(pages.jobs),
        "/state": at_once(pages.jobs_state),
        "/state/{job}": at_once(pages.job_state),
        "/state/{job}/{file}": at_once(pages.recording_state),
        "/{job}": announced.endpoint(pages.job),
        "/{job}/{file}": announced.endpoint(pages.recording),
    }
    known = {HTTPException: _missing, InvalidMessage: _failed, Speech2CosmosError: _failed, Exception: _failed}
    return Starlette(
        routes=[Route(path, endpoint, methods=["GET"]) for path, endpoint in routes.items()], exception_handlers=known
    )


def _no_job(job_id: str) -> NotFound:
    return NotFound(f"There is no job {job_id} in this database.")


def _missing(request: Request, _: Exception) -> Response:
    return failed(request, advised(NotFound("There is no page at this address."), "the list of jobs"))


def _failed(request: Request, error: Exception) -> Response:
    return failed(request, error)


def _facts(job: Job) -> list[object]:
    """Return what the pages show of a job that may change. Times of polls change each minute."""
    report = job.report and (job.report.revision, job.report.run)
    retry = job.retry and (job.retry.code, job.retry.message, job.retry.at)
    said = job.speech_status, job.display_name, job.missing_since
    ended = job.ended_at, job.forgotten_at or None
    return [job.id, job.status, said, job.run, job.files, job.failure, retry, report, ended]
