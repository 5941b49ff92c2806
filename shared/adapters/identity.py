"""The app's own identity in Entra ID, and the headers that prove it."""

from collections.abc import Callable
from functools import cache

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, DefaultAzureCredential

from shared.errors import Transient

SPEECH_SCOPE = "https://cognitiveservices.azure.com/.default"
STORAGE_SCOPE = "https://storage.azure.com/.default"


@cache
def credential() -> DefaultAzureCredential:
    """Return the credential of this process; AZURE_CLIENT_ID chooses among user-assigned identities."""
    return DefaultAzureCredential()


def bearer(scope: str) -> Callable[[], dict[str, str]]:
    """Return a function that gives the header with a token for `scope`; tokens are cached by the credential."""

    def headers() -> dict[str, str]:
        try:
            return {"Authorization": f"Bearer {credential().get_token(scope).token}"}
        except (ClientAuthenticationError, CredentialUnavailableError) as error:
            # Its text lists what each kind of credential lacks; tokens are not in it.
            raise Transient(f"Entra ID gave no token for {scope}: {error.message}") from error

    return headers
