"""The app's own identity in Entra ID, and the headers with its tokens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.identity import DefaultAzureCredential

from shared.adapters.connections import sdk_transport
from shared.errors import NoToken
from shared.masking import shown_cause
from shared.pipeline.signals import asked_again_within

SPEECH_SCOPE = "https://cognitiveservices.azure.com/.default"
STORAGE_SCOPE = "https://storage.azure.com/.default"

SERVICE = "Entra ID"

_TROUBLE = 400


@contextmanager
def _understood() -> Iterator[None]:
    """Convert every error of the library into the one that the SDKs expect, without the endpoint's answer.

    The library also raises other errors, for example without a connection or for an answer that is no JSON. Their text
    quotes the answer, which may be a truncated token. So neither that text nor the original error is passed on.
    """
    try:
        yield
    except (AzureError, ValueError) as error:
        words = str(error).partition("Content:")[0].strip()
        raise ClientAuthenticationError(f"{type(error).__name__}: {words}") from None


class OwnIdentity(DefaultAzureCredential):
    """The library's credential, with errors that are safe to log."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ANN401 - the library's own
        """Return a token. Raises ClientAuthenticationError."""
        with _understood():
            return super().get_token(*scopes, **kwargs)

    def get_token_info(self, *scopes: str, **kwargs: Any) -> AccessTokenInfo:  # noqa: ANN401 - the library's own
        """Return a token and its properties. Raises ClientAuthenticationError."""
        with _understood():
            return super().get_token_info(*scopes, **kwargs)


@cache
def credential() -> OwnIdentity:
    """Return the credential of this process. AZURE_CLIENT_ID selects a user-assigned identity.

    The library requests a token up to four times within seconds, and each retry is logged. Our own policy could not
    retry instead, because the library caches a failure for a while.
    """
    return OwnIdentity(transport=sdk_transport(), raw_request_hook=_sends, raw_response_hook=_answers)


def bearer(scope: str) -> Callable[[], dict[str, str]]:
    """Return a function that returns the header with a token for `scope`. The credential caches tokens.

    The function raises NoToken.
    """

    def headers() -> dict[str, str]:
        try:
            return {"Authorization": f"Bearer {credential().get_token(scope).token}"}
        except ClientAuthenticationError as error:
            # Its text says for each kind of credential what is missing. It has no tokens.
            raise NoToken(f"{SERVICE} gave no token for {scope}: {error.message}") from shown_cause(error)

    return headers


def _sends(request: PipelineRequest[Any]) -> None:
    # All attempts of a request share its context.
    tries = request.context.get("tries", 0)
    if tries:
        asked_again_within(SERVICE, tries, request.context.pop("trouble", "no answer"))
    request.context["tries"] = tries + 1


def _answers(response: PipelineResponse[Any, Any]) -> None:
    status = response.http_response.status_code
    if status >= _TROUBLE:
        response.context["trouble"] = f"answered {status}"
