"""The control plane under `/_simulator/`, by which tests and sample jobs say what the service does."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.speech.content import Content
from local.speech.errors import not_found
from local.speech.simulator import Simulator
from local.speech.spec import About, Forced, JobSpec, Settings, SpecError

T = TypeVar("T")


class Control:
    """Puts and removes jobs, forces answers, sets limits, reads and resets the counts."""

    def __init__(self, simulator: Simulator, content: Content) -> None:
        self._simulator = simulator
        self._content = content

    def routes(self) -> list[Route]:
        """Return the routes, without the prefix."""
        return [
            _route("/", self.about, "GET"),
            _route("/jobs", self.put_jobs, "PUT"),
            _route("/jobs/{id}", self.delete_job, "DELETE"),
            _route("/forced", self.force, "POST"),
            _route("/forced", self.clear_forced, "DELETE"),
            _route("/settings", self.configure, "PUT"),
            _route("/requests", self.requests, "GET"),
            _route("/requests", self.reset_requests, "DELETE"),
        ]

    async def about(self, _: Request) -> Response:
        """Return where contents are stored, and who called the regional host."""
        simulator = self._simulator
        contacts = tuple(simulator.contacts)
        return _json(About(container=self._content.container, region=simulator.region, contacts=contacts))

    async def put_jobs(self, request: Request) -> Response:
        """Create or replace jobs. The time of each starts now, unless its spec has another time."""
        for spec in await _decoded(request, list[JobSpec]):
            self._simulator.put(spec)
        return Response(status_code=204)

    async def delete_job(self, request: Request) -> Response:
        """Delete a job. Its contents stay."""
        if self._simulator.remove(request.path_params["id"]) is None:
            raise not_found("transcription")
        return Response(status_code=204)

    async def force(self, request: Request) -> Response:
        """Force the answers to coming requests."""
        self._simulator.force(await _decoded(request, Forced))
        return Response(status_code=204)

    async def clear_forced(self, _: Request) -> Response:
        """Remove the forced answers."""
        self._simulator.clear_forced()
        return Response(status_code=204)

    async def configure(self, request: Request) -> Response:
        """Set limits and behaviour."""
        self._simulator.configure(await _decoded(request, Settings))
        return Response(status_code=204)

    async def requests(self, _: Request) -> Response:
        """Return the requests."""
        return _json(self._simulator.requests())

    async def reset_requests(self, _: Request) -> Response:
        """Reset the counts."""
        self._simulator.reset_requests()
        return Response(status_code=204)


def _route(path: str, endpoint: Callable[..., Any], method: str) -> Route:
    return Route(path, endpoint, methods=[method])


def _json(value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _decoded(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as error:
        raise SpecError(str(error)) from error
