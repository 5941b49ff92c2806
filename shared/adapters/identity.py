"""The app's own identity in Entra ID, and the headers that prove it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.identity import DefaultAzureCredential

from shared.adapters.connections import sdk_transport
from shared.errors import Transient
from shared.masking import shown_cause
from shared.pipeline.signals import asked_again_within

SPEECH_SCOPE = "https://cognitiveservices.azure.com/.default"
STORAGE_SCOPE = "https://storage.azure.com/.default"

SERVICE = "Entra ID"

_TROUBLE = 400


@contextmanager
def _understood() -> Iterator[None]:
    """Raise one kind of error, as the SDKs that use the credential expect it, without what the endpoint answered.

    A credential that once worked raises others: no connection, no JSON. A text of theirs quotes the answer, which may
    be a token cut short; hence nothing of it, nor the error that has it, goes any further.
    """
    try:
        yield
    except (AzureError, ValueError) as error:
        words = str(error).partition("Content:")[0].strip()
        raise ClientAuthenticationError(f"{type(error).__name__}: {words}") from None


class OwnIdentity(DefaultAzureCredential):
    """The library's credential, with errors that can be told."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ANN401 - the library's own
        """Return a token. Raises ClientAuthenticationError."""
        with _understood():
            return super().get_token(*scopes, **kwargs)

    def get_token_info(self, *scopes: str, **kwargs: Any) -> AccessTokenInfo:  # noqa: ANN401 - the library's own
        """Return a token and what is known of it. Raises ClientAuthenticationError."""
        with _understood():
            return super().get_token_info(*scopes, **kwargs)


@cache
def credential() -> OwnIdentity:
    """Return the credential of this process; AZURE_CLIENT_ID chooses among user-assigned identities.

    It asks for a token up to four times within seconds, and tells of it. To leave that to our own policy would not
    help: the library remembers a bad answer for a while.
    """
    return OwnIdentity(transport=sdk_transport(), raw_request_hook=_sends, raw_response_hook=_answers)


def bearer(scope: str) -> Callable[[], dict[str, str]]:
    """Return a function that gives the header with a token for `scope`; tokens are cached by the credential.

    The function raises Transient.
    """

    def headers() -> dict[str, str]:
        try:
            return {"Authorization": f"Bearer {credential().get_token(scope).token}"}
        except ClientAuthenticationError as error:
            # Its text lists what each kind of credential lacks; tokens are not in it.
            raise Transient(f"{SERVICE} gave no token for {scope}: {error.message}") from shown_cause(error)

    return headers


def _sends(request: PipelineRequest[Any]) -> None:
    # All tries of a request share its context.
    tries = request.context.get("tries", 0)
    if tries:
        asked_again_within(SERVICE, tries, request.context.pop("trouble", "no answer"))
    request.context["tries"] = tries + 1


def _answers(response: PipelineResponse[Any, Any]) -> None:
    status = response.http_response.status_code
    if status >= _TROUBLE:
        response.context["trouble"] = f"answered {status}"
