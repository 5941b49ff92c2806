"""The operations of the Speech REST API on batch transcriptions: get, list, listFiles, getFile, delete."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.speech.bodies import Asked, file_body, filter_fields, job_body
from local.speech.content import Content
from local.speech.errors import invalid, not_found, other_version
from local.speech.filters import parse_filter
from local.speech.simulator import Job, Simulator, now
from local.speech.versions import READS_V31_ONLY, version_of

JOBS_PAGE = 100
"""Jobs on one page of the list. The service documents no maximum of `top`."""

Parameters = Mapping[str, str]


class Operations:
    """The operations of the API on the state and the contents."""

    def __init__(self, simulator: Simulator, content: Content) -> None:
        self._simulator = simulator
        self._content = content

    async def get(self, request: Request) -> Response:
        """Get one job."""
        asked = self._asked(request)
        return JSONResponse(job_body(self._job(request, asked), asked))

    async def list(self, request: Request) -> Response:
        """List the jobs that match the filter, a page at a time."""
        asked, parameters = self._asked(request), _parameters(request)
        jobs = self._simulator.jobs()
        source = parameters.get("filter")
        if source is not None:
            matches = parse_filter(source)
            jobs = [job for job in jobs if matches(filter_fields(job, asked.moment))]
        begin, end = self._page(parameters, JOBS_PAGE, len(jobs))
        values = [job_body(job, asked) for job in jobs[begin:end]]
        return JSONResponse({"values": values, **self._next_link(asked, "transcriptions", end, len(jobs))})

    async def list_files(self, request: Request) -> Response:
        """List the files of a job, a page at a time. A job that has not ended has none."""
        asked, parameters = self._asked(request), _parameters(request)
        job = self._job(request, asked)
        seconds = _sas_seconds(parameters, asked)
        files = job.spec.files if job.ended_at(asked.moment) else ()
        begin, end = self._page(parameters, job.spec.page_size, len(files))
        page = job.page(begin, end) if files else []
        values = [file_body(job, file, asked, self._content, seconds) for file in page]
        for body in (each for file, each in zip(page, values, strict=True) if file.id in job.spec.unlinked):
            body["links"] = {}
        path = f"transcriptions/{job.spec.id.lower()}/files"
        return JSONResponse({"values": values, **self._next_link(asked, path, end, len(files))})

    async def get_file(self, request: Request) -> Response:
        """Get one file of a job, with a contentUrl made for this answer."""
        asked = self._asked(request)
        job = self._job(request, asked)
        seconds = _sas_seconds(_parameters(request), asked)
        file = job.file(request.path_params["file"]) if job.ended_at(asked.moment) else None
        if file is None:
            raise not_found("file")
        return JSONResponse(file_body(job, file, asked, self._content, seconds))

    async def delete(self, request: Request) -> Response:
        """Delete a job and, unless the customer stores them, its contents. Answers 204 also if there is no such job.

        Source: learn.microsoft.com/rest/api/speechtotext/transcriptions/delete ("deleted or did not exist").
        """
        self._asked(request)
        job = self._simulator.remove(request.path_params["id"])
        if job is not None and job.spec.sas:
            kept = {file.blob for other in self._simulator.jobs() for file in other.spec.files}
            await run_in_threadpool(self._content.delete, {file.blob for file in job.spec.files} - kept)
        return Response(status_code=204)

    def _asked(self, request: Request) -> Asked:
        version = version_of(request.path_params.get("version"), _parameters(request).get("api-version"))
        return Asked(version, self._simulator.region, now())

    def _job(self, request: Request, asked: Asked) -> Job:
        job = self._simulator.job(request.path_params["id"])
        if job is None:
            raise not_found("transcription")
        if asked.version.name == READS_V31_ONLY != job.spec.created_in:
            raise other_version("v3.2")
        return job

    def _page(self, parameters: Parameters, size: int, total: int) -> tuple[int, int]:
        """Return the begin and end of the page that a number or a continuation token asks for."""
        skip = _number(parameters, "skip", least=0) or 0
        name = self._simulator.settings.continuation
        token = parameters.get(name) if name else None
        size = min(_number(parameters, "top", least=1) or size, size)
        begin = skip if token is None else _place(token)
        # Shorter than requested, unless it is the last: nothing says that a page is full.
        return begin, begin + (size if begin + size >= total else size - size // 10)

    def _next_link(self, asked: Asked, path: str, end: int, total: int) -> dict[str, str]:
        """Return the link to the next page, if there is one.

        It lacks `filter`, `top` and the life of the SAS, because links of the documented examples lack some of these.
        """
        if end >= total:
            return {}
        name = self._simulator.settings.continuation
        return {"@nextLink": asked.link(path, {name: _token(end)} if name else {"skip": end})}


def _parameters(request: Request) -> Parameters:
    """Return the query's parameters. A `+` stays a plus, because the documented examples write a space as `%20`."""
    query = request.scope["query_string"].decode("ascii")
    pieces = (piece.partition("=") for piece in query.split("&") if piece)
    return {unquote(name): unquote(value) for name, _, value in pieces}


def _number(parameters: Parameters, name: str, *, least: int) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise invalid(text, f"{name} should be a whole number of at least {least}.")
    return int(text)


def _sas_seconds(parameters: Parameters, asked: Asked) -> int | None:
    name, unit = asked.version.sas_parameter
    value = _number(parameters, name, least=1)
    return None if value is None else value * unit


_TOKEN_MARK = b"\xfb\xff\xbf:"
"""Start of every continuation token. Its Base64 contains `+` and `/`, so a client has to pass it on unchanged."""


def _token(place: int) -> str:
    return base64.b64encode(_TOKEN_MARK + str(place).encode()).decode()


def _place(token: str) -> int:
    try:
        mark, _, place = base64.b64decode(token, validate=True).partition(b":")
    except binascii.Error as error:
        raise invalid(token, "It is no continuation token.") from error
    if mark + b":" != _TOKEN_MARK:
        raise invalid(token, "It is no continuation token.")
    return int(place)
