"""A stand-in of Azure Resource Manager, and a user who is signed in there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from shared.cli.cloud import Cloud
from tests.cli.connecting.arm import FIRST, SECOND, THIRD, Arm, SignedIn, serving

OUTPUTS = {
    "AZURE_LOCATION": "westeurope",
    "AZURE_RESOURCE_GROUP": "rg-speech2cosmos",
    "AZURE_TENANT_ID": "99999999-0000-4000-8000-000000000009",
    "AZURE_FUNCTION_APP_NAME": "func-abc",
    "AZURE_FUNCTION_APP_URL": "https://func-abc.azurewebsites.net",
    "APP_PRINCIPAL_ID": "88888888-0000-4000-8000-000000000008",
    "SPEECH_ENDPOINT": "https://spch-abc.cognitiveservices.azure.com/",
    "SPEECH_API_VERSION": "2025-10-15",
    "COSMOS_ENDPOINT": "https://cosmos-abc.documents.azure.com:443/",
    "COSMOS_DATABASE": "calls",
    "STORAGE_ACCOUNT_NAME": "storabc",
    "AzureWebJobsStorage__queueServiceUri": "https://storabc.queue.core.windows.net/",
    "AzureWebJobsStorage__blobServiceUri": "https://storabc.blob.core.windows.net/",
    "JOBS_QUEUE": "call-jobs",
    "RESULTS_QUEUE": "call-results",
    "RAW_CONTAINER": "raw-results",
    "RAW_ARCHIVE": "true",
    "RETENTION_DAYS": "",
    "LOG_ANALYTICS_WORKSPACE_ID": "77777777-0000-4000-8000-000000000007",
}


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def arm(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arm]:
    """Serve three subscriptions, of which the first has the deployment `speech2cosmos`."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    with serving(authority) as arm:
        arm.names = {FIRST: "Contoso", SECOND: "Contoso Test", THIRD: "Other"}
        arm.deploy(FIRST, "speech2cosmos", OUTPUTS)
        yield arm


@pytest.fixture
def user() -> SignedIn:
    return SignedIn()


@pytest.fixture
def cloud(arm: Arm, user: SignedIn) -> Cloud:
    return Cloud(arm.origin, lambda: user)
