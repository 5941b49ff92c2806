"""Runs the whole system on one machine: storage, Cosmos DB, Speech and the functions host, which it restarts."""

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import requests

from local.account import check_account, provision_account
from local.azurite import Azurite, start_azurite
from local.cosmos import start_cosmos
from local.endpoints import end_leftovers, lock_state, remove_endpoints, service_marks, write_endpoints
from local.processes import Service, ServiceDied, free_port, start
from local.provision import provision_storage
from local.speech import start_speech
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE

REPOSITORY = Path(__file__).parent.parent

Provision = Callable[[Mapping[str, str]], None]
"""Creates what the Bicep creates in Azure: the database, the queues, and the container of raw results."""

Front = Callable[[str, str], str]
"""Maps a service (`blob`, `queue`, `cosmos`, `speech`) and its origin to the origin that the app uses."""

OWN_HOST = "LOCAL_FUNCTIONS_HOST"
"""Setting. With `off` the stack starts no functions host, because `func start` runs beside it."""

DEFAULTS = {
    OWN_HOST: "on",
    "COSMOS_DATABASE": "speech",
    "RAW_CONTAINER": "raw-results",
    "JOBS_QUEUE": JOBS_QUEUE,
    "RESULTS_QUEUE": RESULTS_QUEUE,
    "POLL_SCHEDULE": "*/2 * * * * *",  # a simulated job takes seconds
    "LOCAL_FUNCTIONS_KEY": "local-functions-key",
    # After this time the messages of a killed host are delivered again. The platform's ten minutes are too long here.
    "LOCAL_QUEUE_LOCK_SECONDS": "30",
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:01",
}
"""Settings of the app on one machine, besides the addresses of the services that the stack starts."""

SPEECH_KEY = "local-speech-key"
"""The simulator's key, unless the environment has one."""

RESTARTS = 5
"""Failed restarts of the host in a row after which the stack ends. A host that never served is not restarted."""

_WATCH_SECONDS = 0.2
_RESTART_SECONDS = 1.0
"""Pause after a failed restart of the host."""


@dataclass(frozen=True)
class Ports:
    """Preferred ports. A port that is in use, or 0, is replaced by a free one."""

    azurite: tuple[int, int, int] = (10000, 10001, 10002)
    cosmos: int = 8081
    speech: int = 5050
    functions: int = 7071


PREFERRED = Ports()


class Stack:
    """The running stack; `start_stack` returns it. It restarts the host when that dies, and ends if a service dies."""

    def __init__(  # noqa: PLR0913 - made by start_stack alone
        self,
        state: Path,
        *,
        root: Path,
        port: int,
        settings: Mapping[str, str],
        direct: Mapping[str, str],
        azurite: Azurite,
        stores: list[Service],
        cleanup: ExitStack,
    ) -> None:
        self.settings = settings
        """The settings of the functions, besides this process's environment."""
        self.direct = direct
        """The same settings with the services' own addresses, also if `front` replaced them in `settings`."""
        self.azurite = azurite
        self.functions_url = f"http://127.0.0.1:{port}"
        self.state = state
        """Folder of the data, the logs and endpoints.json."""
        self._root = root
        self._port = port
        self._stores = stores
        self._stopping = threading.Event()
        self._watching = threading.Lock()
        self._failure: ServiceDied | None = None
        self._host = self._start_host() if settings[OWN_HOST] != "off" else None
        self._write_endpoints()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor")
        self._supervisor.start()
        self._cleanup = cleanup.pop_all()

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the started services by their names. Services that run elsewhere are left out."""
        return {service.name: service.pid for service in (self._host, *self._stores) if service is not None}

    def restart_azurite(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Stop storage by a signal and start it again, as `Azurite.restart` does. Returns when it answers.

        If storage does not start, raises ServiceDied, and the stack ends.
        """
        with self._watching:
            self.azurite.restart(by)
        self._write_endpoints()

    def wait(self, stop: threading.Event) -> None:
        """Return when `stop` is set. Raises ServiceDied when the stack cannot continue."""
        while not stop.wait(_WATCH_SECONDS):
            if self._failure is not None:
                raise self._failure

    def stop(self) -> None:
        """Stop everything. The host stops first and finishes its invocations. Idempotent."""
        self._stopping.set()
        self._supervisor.join()
        remove_endpoints(self.state)
        if self._host is not None:
            self._host.stop()
        self._cleanup.close()

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping.wait(_WATCH_SECONDS) and self._failure is None:
            with self._watching:
                dead = [store for store in self._stores if not store.alive()]
            if dead:
                self._failure = ServiceDied(f"{dead[0].name} ended:\n{dead[0].tail()}")
            elif self._host is not None and not self._host.alive():
                try:
                    self._host = self._start_host()
                except ServiceDied as error:
                    failures += 1
                    self._failure = error if failures == RESTARTS else None
                    self._stopping.wait(_RESTART_SECONDS)
                else:
                    failures = 0
                    self._write_endpoints()

    def _start_host(self) -> Service:
        command = [sys.executable, "-m", "local.host", "--root", str(self._root), "--port", str(self._port)]
        log = self.state / "logs" / "host.log"
        host = start("host", command, log=log, env=self.settings, cwd=REPOSITORY)
        host.wait_until(lambda: self._stopping.is_set() or serves(self.functions_url))
        return host

    def _write_endpoints(self) -> None:
        values = {
            "storageConnectionString": self.settings["AzureWebJobsStorage"],
            "cosmosEndpoint": self.settings["COSMOS_ENDPOINT"],
            "cosmosKey": self.settings.get("COSMOS_KEY", ""),
            "cosmosDatabase": self.settings["COSMOS_DATABASE"],
            "jobsQueue": self.settings["JOBS_QUEUE"],
            "resultsQueue": self.settings["RESULTS_QUEUE"],
            "functionsUrl": self.functions_url,
            "functionsKey": self.settings["LOCAL_FUNCTIONS_KEY"],
            "speechEndpoint": self.settings["SPEECH_ENDPOINT"],
            "speechKey": self.settings.get("SPEECH_KEY", ""),
            "pids": self.pids,
        }
        with self._watching:
            write_endpoints(self.state, values)


def provision_all(settings: Mapping[str, str]) -> None:
    """Create the database, the queues and the container of raw results that the settings name."""
    provision_account(settings["COSMOS_ENDPOINT"], settings.get("COSMOS_KEY"), settings["COSMOS_DATABASE"])
    queues = (settings["JOBS_QUEUE"], settings["RESULTS_QUEUE"])
    provision_storage(settings["AzureWebJobsStorage"], settings["RAW_CONTAINER"], queues)


def start_stack(  # noqa: PLR0913 - what tests replace, each named by its caller
    state: Path,
    environ: Mapping[str, str],
    *,
    root: Path = REPOSITORY,
    ports: Ports = PREFERRED,
    provision: Provision = provision_all,
    front: Front = lambda _, origin: origin,
) -> Stack:
    """Start the services, and the host of the app in `root`. Services with an endpoint in `environ` run elsewhere.

    Settings in `environ` override the stack's own; blank ones count as absent. Data, logs and endpoints.json are in
    `state`, which one stack can use at a time. The app uses the addresses that `front` returns. If a service does not
    start, or the account in `environ` cannot be used, raises ServiceDied and leaves nothing running.
    """
    given = {name: value for name, value in environ.items() if value.strip()}
    check_account(given)
    state = state.resolve()
    logs = state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as cleanup:
        lock_state(state, cleanup)
        end_leftovers(state, service_marks(state))
        for log in logs.glob("*.log"):
            log.unlink()
        azurite = start_azurite(state / "azurite", log=logs / "azurite.log", ports=ports.azurite)
        cleanup.callback(azurite.service.stop)
        stores = [azurite.service]
        seen = azurite.through(front)
        direct = {**DEFAULTS, **azurite.settings}
        settings = {**DEFAULTS, **seen.settings}
        if "COSMOS_ENDPOINT" not in given:
            cosmos = start_cosmos(log=logs / "cosmos.log", port=ports.cosmos)
            cleanup.callback(cosmos.stop)
            stores += [cosmos.service] if cosmos.service else []
            direct |= {"COSMOS_ENDPOINT": cosmos.endpoint, "COSMOS_KEY": cosmos.key}
            settings |= {"COSMOS_ENDPOINT": front("cosmos", cosmos.endpoint), "COSMOS_KEY": cosmos.key}
        if "SPEECH_ENDPOINT" not in given:
            key = given.get("SPEECH_KEY", SPEECH_KEY)
            speech = start_speech(seen, log=logs / "speech.log", port=ports.speech, key=key)
            cleanup.callback(speech.stop)
            stores.append(speech.service)
            direct |= {"SPEECH_ENDPOINT": speech.endpoint, "SPEECH_KEY": speech.key}
            settings |= {"SPEECH_ENDPOINT": front("speech", speech.endpoint), "SPEECH_KEY": speech.key}
        settings |= given
        direct |= given
        provision(direct)
        return Stack(
            state,
            root=root,
            port=free_port(ports.functions),
            settings=settings,
            direct=direct,
            azurite=azurite,
            stores=stores,
            cleanup=cleanup,
        )


def serves(url: str) -> bool:
    """Return whether the functions host at `url` answers."""
    try:
        return requests.get(f"{url}/admin/host/status", timeout=1).ok
    except requests.RequestException:
        return False
