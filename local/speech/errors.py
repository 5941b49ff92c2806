"""Errors of the Speech service as HTTP answers, in the two shapes that it uses."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class SpeechError(Exception):
    """A request is answered with `status` and a body that carries `code` and the message."""

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
    """Say that key or token are wrong or missing."""
    return SpeechError(401, "401", "Access denied: the subscription key or token is missing or not valid.")


def not_found(what: str) -> SpeechError:
    """Say that nothing is at that address."""
    return SpeechError(404, "NotFound", f"The specified {what} cannot be found.")


def other_version(needed: str) -> SpeechError:
    """Say that a job was created in a later API version than the one asked in.

    The words are those of Microsoft Learn, *Migrate code from v3.1 to v3.2*; it does not give status and code, so these
    are a choice, and nothing may depend on them.
    """
    message = f"The API version cannot be used to access this transcription. Use API version {needed} or higher."
    return SpeechError(400, "InvalidRequest", message)


def invalid(value: str, why: str = "") -> SpeechError:
    """Say that a parameter cannot be understood."""
    return SpeechError(400, "InvalidPayload", f"The value '{value}' is not valid.{why and ' '}{why}")


def too_many(retry_after: int) -> SpeechError:
    """Say that the limit of requests is reached; `retry_after` is in seconds."""
    message = f"The limit of requests is exceeded. Try again in {retry_after} seconds."
    return SpeechError(429, "TooManyRequests", message, headers={"Retry-After": str(retry_after)})
