"""The simulator as an ASGI application: its routes, and the steps that every request passes."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.speech.content import Content
from local.speech.control import Control
from local.speech.errors import SpeechError, not_found, unauthorized
from local.speech.operations import Operations
from local.speech.simulator import Simulator
from local.speech.spec import SpecError

Handler = Callable[[Request], Awaitable[Response]]


def build_app(simulator: Simulator, content: Content) -> Starlette:
    """Return the application. The same routes serve versions in the path and in the query."""
    operations = Operations(simulator, content)

    def route(path: str, name: str, handler: Handler, method: str = "GET") -> Route:
        return Route(path, _guarded(simulator, name, handler), methods=[method])

    async def unknown(_: Request) -> Response:
        raise not_found("resource")

    def routes(prefix: str) -> list[Route]:
        return [
            route(f"{prefix}/transcriptions", "list", operations.list),
            route(f"{prefix}/transcriptions/{{id}}", "get", operations.get),
            route(f"{prefix}/transcriptions/{{id}}", "delete", operations.delete, "DELETE"),
            route(f"{prefix}/transcriptions/{{id}}/files", "listFiles", operations.list_files),
            route(f"{prefix}/transcriptions/{{id}}/files/{{file}}", "getFile", operations.get_file),
        ]

    return Starlette(
        routes=[
            Mount("/_simulator", routes=Control(simulator, content).routes()),
            *routes("/speechtotext"),
            *routes("/speechtotext/{version}"),
            *(route("/{path:path}", "unknown", unknown, method) for method in ("GET", "DELETE", "POST", "PUT")),
        ],
        exception_handlers={SpecError: _error, SpeechError: _error},
        middleware=[Middleware(_Region, simulator=simulator)],
    )


class _Region:
    """Replaces the regional host, which every link names. It records each caller and answers 401.

    No document says which host Speech writes into links when it is called through a custom subdomain. All public
    examples show the regional host, and that host refuses Entra tokens. So the app must not depend on a link's host.
    """

    def __init__(self, app: ASGIApp, simulator: Simulator) -> None:
        self._app = app
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["server"][1] == self._simulator.region_port:
            self._simulator.contact(scope["method"], scope["path"])
            await unauthorized().response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _guarded(simulator: Simulator, operation: str, handler: Handler) -> Handler:
    """Wrap `handler` in the steps of every request: forced answers, key, limit, log, in this order."""

    async def endpoint(request: Request) -> Response:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        try:
            response = await _answer(simulator, target, handler, request)
        except SpeechError as error:
            response = error.response()
        simulator.record(operation, request.method, target, response.status_code)
        return response

    return endpoint


async def _answer(simulator: Simulator, target: str, handler: Handler, request: Request) -> Response:
    forced = simulator.take_forced(target)
    if forced is not None:
        return Response(forced.body, forced.status, {"Content-Type": "application/json", **forced.headers})
    headers = request.headers
    if not simulator.allows(headers.get("Ocp-Apim-Subscription-Key"), headers.get("Authorization")):
        raise unauthorized()
    simulator.count_against_limit()
    return await handler(request)


async def _error(_: Request, error: Exception) -> Response:
    """Return the answer for an error of the control plane: SpeechError as it is, SpecError as 400."""
    known = error if isinstance(error, SpeechError) else SpeechError(400, "InvalidPayload", str(error))
    return known.response()
