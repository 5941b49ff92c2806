"""Errors of the Speech service as HTTP answers, in the two shapes that it uses."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class SpeechError(Exception):
    """A request gets `status` and a body with `code` and the message."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers

    def response(self) -> JSONResponse:
        """Return the answer: the gateway's shape for 401, the service's own for everything else."""
        content = {"code": self.code, "message": str(self)}
        if self.status == 401:  # noqa: PLR2004 - the status code is its own best name
            return JSONResponse({"error": content}, self.status, self.headers)
        return JSONResponse(content, self.status, self.headers)


def unauthorized() -> SpeechError:
    """Return the error for a wrong or missing key or token."""
    return SpeechError(401, "401", "Access denied: the subscription key or token is missing or not valid.")


def not_found(what: str) -> SpeechError:
    """Return the error for an address at which there is nothing."""
    return SpeechError(404, "NotFound", f"The specified {what} cannot be found.")


def other_version(needed: str) -> SpeechError:
    """Return the error for a job that was created in a later API version than that of the request.

    The message is that of Microsoft Learn, *Migrate code from v3.1 to v3.2*. It gives no status and code, so these are
    a choice, and the app must not depend on them.
    """
    message = f"The API version cannot be used to access this transcription. Use API version {needed} or higher."
    return SpeechError(400, "InvalidRequest", message)


def invalid(value: str, why: str = "") -> SpeechError:
    """Return the error for a parameter that cannot be parsed."""
    return SpeechError(400, "InvalidPayload", f"The value '{value}' is not valid.{why and ' '}{why}")


def too_many(retry_after: int | None) -> SpeechError:
    """Return the error for too many requests. `retry_after` is in seconds; None: the answer has no such header."""
    message = "The limit of requests is exceeded. Try again later."
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return SpeechError(429, "TooManyRequests", message, headers=headers)
