"""Serves HTTP triggers and the host's own status, as a Starlette application."""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence

import azure.functions as func
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.host.bindings import AppFunction, HttpBinding
from local.host.errors import HostError
from local.host.invoke import Invoker

METHODS = ("GET", "POST", "DELETE", "HEAD", "PATCH", "PUT", "OPTIONS")
"""The methods of a trigger that declares none."""

_PARAMETER = re.compile(r"\{(\*?)(\w+)(?::(\w+))?(\?)?\}")
_CONVERTORS = {None: "str", "int": "int", "guid": "uuid"}
"""The route constraints of ASP.NET that Starlette has too."""

log = logging.getLogger("host.web")

Endpoint = Callable[[Request], Awaitable[Response]]


def build_web(functions: Sequence[AppFunction], *, prefix: str, key: str, invoker: Invoker) -> Starlette:
    """Return the application for the HTTP functions among `functions`. Raises HostError for an unsupported route.

    `prefix` is host.json's routePrefix. `key` opens functions that are not anonymous.
    """
    routes = [(["admin", "host", "status"], Route("/admin/host/status", _status, methods=["GET"]))]
    for function in functions:
        if isinstance(function.trigger, HttpBinding):
            endpoint = _endpoint(function, function.trigger, key, invoker)
            for path in _paths(function.name, f"{prefix}/{function.trigger.route}".strip("/")):
                route = Route(f"/{path}", endpoint, methods=list(function.trigger.methods or METHODS))
                routes.append((path.split("/"), route))
    # ASP.NET prefers the more specific route in any order of declaration. Starlette takes the first.
    routes.sort(key=lambda entry: [_vagueness(segment) for segment in entry[0]])
    return Starlette(
        routes=[route for _, route in routes],
        # The platform's router ignores a route with other methods.
        exception_handlers={405: _not_found},
    )


def _paths(function: str, route: str) -> list[str]:
    """Translate an ASP.NET route; one whose last parameter is optional becomes two."""
    found = _PARAMETER.search(route, route.rfind("/") + 1)
    optional = found is not None and found[4] is not None

    def convert(part: re.Match[str]) -> str:
        if part[3] not in _CONVERTORS:
            raise HostError([f"function {function}: this host does not know the constraint {part[3]!r} of {route!r}"])
        return f"{{{part[2]}:{'path' if part[1] else _CONVERTORS[part[3]]}}}"

    paths = [_PARAMETER.sub(convert, route)]
    return [*paths, paths[0].rpartition("/")[0]] if optional else paths


def _vagueness(segment: str) -> int:
    """Return the order of segments: literal text, a parameter with a constraint, a parameter, the rest of the path."""
    if "{" not in segment:
        return 0
    return 3 if ":path}" in segment else 2 if ":str}" in segment else 1


def _endpoint(function: AppFunction, trigger: HttpBinding, key: str, invoker: Invoker) -> Endpoint:
    async def serve(request: Request) -> Response:
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        if trigger.auth_level != "anonymous" and not secrets.compare_digest(given.encode(), key.encode()):
            return Response(status_code=401)
        argument = func.HttpRequest(
            request.method,
            str(request.url),
            headers=dict(request.headers),
            params=dict(request.query_params),
            route_params={name: str(value) for name, value in request.path_params.items()},
            body=await request.body(),
        )
        outcome = await invoker.invoke(function, argument)
        return Response(status_code=500) if outcome.error else _response(function.name, outcome.value)

    return serve


def _response(function: str, value: object) -> Response:
    """Make a response from a function's return value: an HttpResponse, text, or nothing (204)."""
    if value is None:
        return Response(status_code=204)
    if isinstance(value, str):
        return Response(value, media_type="text/plain")
    if not isinstance(value, func.HttpResponse):
        log.error("'%s' returned %s, which is neither HttpResponse nor text", function, type(value).__name__)
        return Response(status_code=500)
    response = Response(value.get_body(), value.status_code)
    for name, text in value.headers.items():
        response.headers.append(name, text)
    if "content-type" not in response.headers:
        charset = f"; charset={value.charset}" if value.mimetype.startswith("text/") else ""
        response.headers["content-type"] = f"{value.mimetype}{charset}"
    return response


async def _status(_: Request) -> Response:
    return JSONResponse({"state": "Running"})


async def _not_found(_: Request, __: Exception) -> Response:
    return Response(status_code=404)
