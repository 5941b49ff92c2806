"""Azurite: an emulator of Azure Storage's blobs, queues and tables on one machine, over real HTTP."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from local.processes import Service, answers, free_port, start

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The storage key that Microsoft publishes for emulators. No real account has it."""

PROGRAM = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"


@dataclass(frozen=True)
class Azurite:
    """A running Azurite and its addresses."""

    service: Service
    blob_endpoint: str
    queue_endpoint: str
    table_endpoint: str

    @property
    def connection_string(self) -> str:
        """The value of `AzureWebJobsStorage` on one machine."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.blob_endpoint};QueueEndpoint={self.queue_endpoint};"
            f"TableEndpoint={self.table_endpoint};"
        )

    @property
    def blob_origin(self) -> str:
        """Scheme, host and port of the blob service, as an entry of CONTENT_HOSTS."""
        return self.blob_endpoint.removesuffix(f"/{ACCOUNT}")

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings of its storage account and of the sources of result files."""
        return {
            "AzureWebJobsStorage": self.connection_string,
            "CONTENT_HOSTS": f"{self.blob_origin},.blob.core.windows.net",
        }

    def answers(self) -> bool:
        """Return whether all three of its services accept connections."""
        return all(
            answers(urlsplit(url).port or 0) for url in (self.blob_endpoint, self.queue_endpoint, self.table_endpoint)
        )

    def restart(self, by: signal.Signals) -> None:
        """Stop it by a signal and start it again, on the same ports and data. Returns when it answers.

        Azurite saves its queues, messages and blobs every five seconds and at SIGTERM. After SIGKILL it has lost what
        it acknowledged since the last time, which Azure Storage never does. Raises ServiceDied.
        """
        self.service.restart(by)
        self.service.wait_until(self.answers)

    def through(self, front: Callable[[str, str], str]) -> "Azurite":
        """Return the same storage, with the addresses that `front` gives for `blob` and `queue` and their origins."""
        queue_origin = self.queue_endpoint.removesuffix(f"/{ACCOUNT}")
        return replace(
            self,
            blob_endpoint=f"{front('blob', self.blob_origin)}/{ACCOUNT}",
            queue_endpoint=f"{front('queue', queue_origin)}/{ACCOUNT}",
        )


def start_azurite(data: Path, *, log: Path, ports: tuple[int, int, int] = (10000, 10001, 10002)) -> Azurite:
    """Start Azurite with its data in `data`. Ports (blob, queue, table) that are in use are replaced by free ones."""
    blob, queue, table = (free_port(port) for port in ports)
    service = start(
        "azurite",
        [
            "node",
            str(PROGRAM),
            "--silent",
            "--disableTelemetry",
            "--skipApiVersionCheck",  # today's SDKs send newer API versions than Azurite knows
            "--location",
            str(data),
            *("--blobPort", str(blob), "--queuePort", str(queue), "--tablePort", str(table)),
        ],
        log=log,
    )
    azurite = Azurite(service, *(f"http://127.0.0.1:{port}/{ACCOUNT}" for port in (blob, queue, table)))
    service.wait_until(azurite.answers)
    return azurite
