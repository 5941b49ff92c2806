"""The operations of the Speech REST API on batch transcriptions: get, list, listFiles, getFile, delete."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.speech.bodies import Asked, file_body, filter_fields, job_body
from local.speech.content import Content
from local.speech.errors import invalid, not_found
from local.speech.filters import parse_filter
from local.speech.simulator import Job, Simulator, now
from local.speech.versions import version_of

JOBS_PAGE = 100
"""Jobs on one page of the list; the service documents no maximum of `top`."""


class Operations:
    """What the API does, given the state and where the contents lie."""

    def __init__(self, simulator: Simulator, content: Content) -> None:
        self._simulator = simulator
        self._content = content

    async def get(self, request: Request) -> Response:
        """Get one job."""
        asked = _asked(request)
        return JSONResponse(job_body(self._job(request), asked))

    async def list(self, request: Request) -> Response:
        """List the jobs that the filter lets pass, a page at a time."""
        asked = _asked(request)
        skip, top = _paging(request.query_params, JOBS_PAGE)
        jobs = self._simulator.jobs()
        source = request.query_params.get("filter")
        if source is not None:
            matches = parse_filter(source)
            jobs = [job for job in jobs if matches(filter_fields(job, asked.moment))]
        keep = {"filter": source} if source and self._simulator.settings.next_link_keeps_filter else {}
        values = [job_body(job, asked) for job in jobs[skip : skip + top]]
        return _page(asked, "transcriptions", values, total=len(jobs), skip=skip, top=top, keep=keep)

    async def list_files(self, request: Request) -> Response:
        """List the files of a job, a page at a time; a job that has not ended has none."""
        asked = _asked(request)
        job = self._job(request)
        skip, top = _paging(request.query_params, job.spec.page_size)
        seconds = _sas_seconds(request.query_params, asked)
        files = job.spec.files if job.ended_at(asked.moment) else ()
        values = [file_body(job, file, asked, self._content, seconds) for file in files[skip : skip + top]]
        path = f"transcriptions/{job.spec.id.lower()}/files"
        return _page(asked, path, values, total=len(files), skip=skip, top=top, keep={})

    async def get_file(self, request: Request) -> Response:
        """Get one file of a job, with a contentUrl made for this answer."""
        asked = _asked(request)
        job = self._job(request)
        seconds = _sas_seconds(request.query_params, asked)
        file = job.file(request.path_params["file"]) if job.ended_at(asked.moment) else None
        if file is None:
            raise not_found("file")
        return JSONResponse(file_body(job, file, asked, self._content, seconds))

    async def delete(self, request: Request) -> Response:
        """Delete a job and, unless the customer keeps them, its contents; 204 also if there is no such job."""
        _asked(request)
        job = self._simulator.remove(request.path_params["id"])
        if job is not None and job.spec.sas:
            kept = {file.blob for other in self._simulator.jobs() for file in other.spec.files}
            await run_in_threadpool(self._content.delete, {file.blob for file in job.spec.files} - kept)
        return Response(status_code=204)

    def _job(self, request: Request) -> Job:
        job = self._simulator.job(request.path_params["id"])
        if job is None:
            raise not_found("transcription")
        return job


def _asked(request: Request) -> Asked:
    version = version_of(request.path_params.get("version"), request.query_params.get("api-version"))
    return Asked(version, f"{request.url.scheme}://{request.url.netloc}", now())


def _number(parameters: QueryParams, name: str, *, least: int) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise invalid(text, f"{name} should be a whole number of at least {least}.")
    return int(text)


def _paging(parameters: QueryParams, page: int) -> tuple[int, int]:
    skip = _number(parameters, "skip", least=0) or 0
    top = _number(parameters, "top", least=1) or page
    return skip, min(top, page)


def _sas_seconds(parameters: QueryParams, asked: Asked) -> int | None:
    name, unit = asked.version.sas_parameter
    value = _number(parameters, name, least=1)
    return None if value is None else value * unit


def _page(  # noqa: PLR0913 - a page is made of just these
    asked: Asked,
    path: str,
    values: list[dict[str, object]],
    *,
    total: int,
    skip: int,
    top: int,
    keep: Mapping[str, str],
) -> Response:
    body: dict[str, object] = {"values": values}
    if skip + len(values) < total:
        body["@nextLink"] = asked.url(path, {"skip": skip + len(values), "top": top, **keep})
    return JSONResponse(body)
