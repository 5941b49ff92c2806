"""The measured usage, stored in measured.json, so that the page can be written again without any service."""

from pathlib import Path

import msgspec

SAMPLE = "sample"
"""The workload that is measured beside documents of other jobs, and again by the tests."""

TOLERANCE = 0.02
"""The difference of a phase's request units that counts as none."""

FILE = Path(__file__).parent / "measured.json"


class JobUsage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a job took from its acceptance to its tidying, a day after its end.

    `files`: recordings and reports. `messages`: on both queues, the user's own among them. `request_units` by phase,
    `requests` by phase, container and kind. `composite_request_units`: how much of these went into composite indexes.
    `expiry_request_units`: what deleting all its documents takes. `conversation_request_units`: what reading the head
    and the turns of all its recordings takes. `log_lines`: at the level of host.json, those of idle ticks among them.
    `processor_seconds`: of the runs of fetch_results, in this process.
    """

    name: str
    hours: float
    recordings: int
    files: int
    documents: int
    document_bytes: int
    largest_document_bytes: int
    result_bytes: int
    blob_writes: int
    blob_bytes: int
    request_units: dict[str, float]
    composite_request_units: float
    requests: dict[str, int]
    speech_requests: dict[str, int]
    runs: dict[str, int]
    messages: int
    log_lines: int
    expiry_request_units: float
    conversation_request_units: float
    processor_seconds: float

    @property
    def executions(self) -> int:
        """Invocations, without the ticks."""
        return sum(count for name, count in self.runs.items() if name != "poll_jobs")

    @property
    def file_requests(self) -> int:
        """Requests to Speech for the files of the job: List Files and Get File."""
        return self.speech_requests.get("list files", 0) + self.speech_requests.get("get file", 0)


class WaitingUsage(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The usage of waiting jobs in an hour, with one tick a minute, after they have waited for an hour."""

    jobs: int
    request_units: float
    speech_requests: dict[str, int]
    log_lines: int


class Measured(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The whole usage.

    `idle`: an hour in which there is no job. `full_tick_request_units`: of a tick that sends all its queries and finds
    no job.
    `beside_foreign`: request units by phase of the sample job beside this many documents of other jobs.
    """

    date: str
    machine: str
    jobs: list[JobUsage]
    idle: WaitingUsage
    full_tick_request_units: float
    waiting: list[WaitingUsage]
    foreign: int
    beside_foreign: dict[str, float]

    def grown(self) -> list[str]:
        """Return a sentence for each phase of the sample job whose request units differ beside foreign documents."""
        alone, beside = self.job(SAMPLE).request_units, self.beside_foreign
        return [
            f"{phase}: {units:g} RU, and {beside[phase]:g} RU beside {self.foreign:,} documents of other jobs"
            for phase, units in alone.items()
            if abs(beside[phase] - units) > TOLERANCE * units
        ]

    def job(self, name: str) -> JobUsage:
        """Return the usage of a workload. Raises KeyError."""
        return {job.name: job for job in self.jobs}[name]


def load(file: Path = FILE) -> Measured:
    """Read the stored usage. Raises OSError, msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=Measured)


def save(measured: Measured, file: Path = FILE) -> None:
    """Store the usage."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n")
