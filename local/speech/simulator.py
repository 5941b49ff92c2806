"""The state of a simulated Speech resource: jobs over time, limit, forced answers, recorded requests."""

import math
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from local.speech.errors import too_many
from local.speech.spec import FileSpec, Forced, JobSpec, LoggedRequest, Requests, Settings, SpecError

LOG_LENGTH = 10_000
"""How many of the latest requests are recorded one by one. The counts include all requests."""


def now() -> datetime:
    """Return the time of day, UTC."""
    return datetime.now(UTC)


class Job:
    """A job and its time of creation. Its state at any time follows from that."""

    def __init__(self, spec: JobSpec, created: datetime) -> None:
        self.spec = spec
        self.created = created
        self._started = created + timedelta(seconds=spec.not_started_seconds)
        self._ended = self._started + timedelta(seconds=spec.run_seconds)
        self._files = {file.id.lower(): file for file in spec.files}
        self._listed: Counter[int] = Counter()

    def state_at(self, moment: datetime) -> tuple[str, datetime]:
        """Return the status at `moment` and when the job entered it."""
        if moment < self._started:
            return "NotStarted", self.created
        if moment < self._ended:
            return "Running", self._started
        return self.spec.status, self._ended

    def ended_at(self, moment: datetime) -> bool:
        """Return whether the job has its files at `moment`."""
        return moment >= self._ended

    def page(self, begin: int, end: int) -> list[FileSpec]:
        """Return the files on a page. From the second time on, `again` and `lost` of the spec change the page."""
        self._listed[begin] += 1
        times, files = self._listed[begin], list(self.spec.files)
        if times > 1 and self.spec.again == "shuffled":
            Random(times).shuffle(files)  # noqa: S311 - an order, not a secret
        found = files[begin:end]
        if times > 1 and self.spec.again == "reordered":
            found.reverse()
        return [file for file in found if times == 1 or file.id not in self.spec.lost]

    def file(self, file_id: str) -> FileSpec | None:
        """Return the file with that id, in upper or lower case."""
        return self._files.get(file_id.lower())


class Simulator:
    """One Speech resource in memory. Everything runs on the server's event loop, so it needs no locks."""

    def __init__(
        self, *, key: str, token: str | None, region_port: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = Settings()
        self.region_port = region_port
        self.region = f"http://127.0.0.1:{region_port}"
        self.contacts: list[str] = []
        self._clock = clock
        self._key = key
        self._token = token
        self._jobs: dict[str, Job] = {}
        self._in_order: list[Job] | None = None
        self._forced: list[Forced] = []
        self._recent: deque[float] = deque()
        self.reset_requests()

    def allows(self, key: str | None, authorization: str | None) -> bool:
        """Return whether a request with these two headers is authorized."""
        return key == self._key or (self._token is not None and authorization == f"Bearer {self._token}")

    def jobs(self) -> Sequence[Job]:
        """Return all jobs, the oldest first."""
        if self._in_order is None:
            self._in_order = sorted(self._jobs.values(), key=lambda job: job.created)
        return self._in_order

    def job(self, job_id: str) -> Job | None:
        """Return the job with that id, in upper or lower case."""
        return self._jobs.get(job_id.lower())

    def put(self, spec: JobSpec) -> None:
        """Create or replace the job. Raises SpecError if a file has no size."""
        for file in spec.files:
            if file.size is None:
                raise SpecError(f"job {spec.id}: the file {file.name} has no size")
        created = spec.created_date_time or now()
        if created.tzinfo is None:
            raise SpecError(f"job {spec.id}: createdDateTime has no time zone")
        self._jobs[spec.id.lower()] = Job(spec, created)
        self._in_order = None

    def remove(self, job_id: str) -> Job | None:
        """Delete the job. Returns it, if there was one."""
        self._in_order = None
        return self._jobs.pop(job_id.lower(), None)

    def force(self, forced: Forced) -> None:
        """Answer coming requests by `forced`, in order. Raises SpecError for a path that is not a pattern."""
        try:
            re.compile(forced.path)
        except re.error as error:
            raise SpecError(f"{forced.path!r} is no regular expression: {error}") from error
        self._forced.append(forced)

    def clear_forced(self) -> None:
        """Remove all forced answers."""
        self._forced.clear()

    def take_forced(self, target: str) -> Forced | None:
        """Use up and return a forced answer for the path and query `target`."""
        for index, forced in enumerate(self._forced):
            if re.search(forced.path, target):
                if forced.times > 1:
                    self._forced[index] = msgspec.structs.replace(forced, times=forced.times - 1)
                else:
                    del self._forced[index]
                return forced
        return None

    def count_against_limit(self) -> None:
        """Count a request in the window. Raises SpeechError (429) if there were too many."""
        moment = self._clock()
        window = self.settings.window_seconds
        while self._recent and self._recent[0] <= moment - window:
            self._recent.popleft()
        excess = len(self._recent) - self.settings.requests_per_window
        if excess >= 0:
            leaves = self._recent[excess] if excess < len(self._recent) else moment
            if self.settings.counts_refused:
                self._recent.append(moment)
            told = {"window": max(1, math.ceil(leaves + window - moment)), "second": 1, "none": None}
            raise too_many(told[self.settings.retry_after])
        self._recent.append(moment)

    def configure(self, settings: Settings) -> None:
        """Apply `settings`, with an empty window."""
        self.settings = settings
        self._recent.clear()

    def record(self, operation: str, method: str, target: str, status: int) -> None:
        """Record a request that was answered. Secrets in its URL are removed."""
        for secret in filter(None, (self._key, self._token)):
            target = target.replace(secret, "***")
        self._counts[operation] += 1
        self._statuses[status] += 1
        self._log.append(LoggedRequest(operation=operation, method=method, target=target, status=status, at=now()))

    def contact(self, method: str, path: str) -> None:
        """Record a request to the regional host, which the app must not call."""
        self.contacts.append(f"{method} {path}")

    def requests(self) -> Requests:
        """Return the requests since the last reset."""
        return Requests(counts=dict(self._counts), statuses=dict(self._statuses), log=list(self._log))

    def reset_requests(self) -> None:
        """Reset the counts."""
        self._counts: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()
        self._log: deque[LoggedRequest] = deque(maxlen=LOG_LENGTH)
