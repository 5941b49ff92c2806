"""Jobs that are under way while services misbehave, and what becomes of them."""

import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from msgspec.structs import replace

from benchmarks.chaos.bench import Bench, NotInTime
from benchmarks.chaos.judge import State, Verdict, compare
from benchmarks.chaos.neutral import neutral
from local.samples.catalog import SampleJob, sample_jobs
from local.samples.generate import GeneratedResult
from local.speech import JobSpec
from local.speech.spec import FileSpec
from shared.domain.job import END_STATES, Job

END_SECONDS = 300.0
"""By then a job has ended, whatever met it."""

_QUIET_SECONDS = 120.0
_SIGNAL = re.compile(rb'\{"signal":"(\w+)"')

Files = Mapping[str, bytes]
"""Contents by the file's name."""


def _files_of(sample: SampleJob) -> Files:
    assert sample.spec is not None  # noqa: S101 - narrows the type
    contents = {
        blob: content if isinstance(content, bytes) else b"".join(content) for blob, content in sample.contents.items()
    }
    return {file.name: contents[file.blob] for file in sample.spec.files}


def jobs() -> dict[str, Files]:
    """Return the kinds of jobs: samples, and one with a file of several batches."""
    samples = {sample.name: sample for sample in sample_jobs()}
    small = _files_of(samples["partly-failed"])
    hour = GeneratedResult(hours=1.0, speakers=2, display_words=True, indent=0)
    return {
        "reference": _files_of(samples["reference"]),
        "partly-failed": small,
        "several-batches": {"contenturl_0.json": b"".join(hour), "report.json": small["report.json"]},
    }


@dataclass
class Under:
    """A job under way."""

    kind: str
    spec: JobSpec
    sent_again: int = 0


class Load:
    """Enqueues jobs of all kinds and holds what is stored of them against an undisturbed run."""

    def __init__(self, bench: Bench, kinds: Mapping[str, Files] | None = None) -> None:
        self._bench = bench
        self._kinds = kinds or jobs()
        undisturbed = {kind: self.put(kind) for kind in self._kinds}
        self.enqueue(list(undisturbed.values()))
        self._expected = {kind: self._ended(job) for kind, job in undisturbed.items()}
        for kind, job in undisturbed.items():
            if self._admits(job):
                raise NotInTime(f"the undisturbed job {kind} was not done: {self._expected[kind].job}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the kinds of jobs."""
        return tuple(self._kinds)

    def put(self, kind: str, *, sas_seconds: int | None = None) -> Under:
        """Let Speech have a job with contents of its own."""
        job_id = str(uuid4())
        files = self._kinds[kind]
        specs = tuple(FileSpec.of(job_id, name) for name in files)
        spec = JobSpec(id=job_id, display_name=kind, files=specs, sas_seconds=sas_seconds, page_size=2)
        contents = {each.blob: files[each.name] for each in specs}
        self._bench.speech.put_job(spec, contents)
        return Under(kind, replace(spec, files=tuple(replace(each, size=1) for each in specs)))

    def enqueue(self, under: Sequence[Under]) -> None:
        """Enqueue jobs."""
        self._bench.enqueue(*(each.spec.id for each in under))

    def verdict(self, under: Sequence[Under]) -> Verdict:
        """Wait until the jobs have ended; what the product itself says it gave up is sent again, once; compare."""
        verdict = Verdict()
        for each in under:
            found = compare(self._expected[each.kind], self._ended(each))
            if found.words and self._admits(each):
                each.sent_again += 1
                self._bench.enqueue(json.dumps({"id": each.spec.id, "replay": True}))
                job = self._bench.app.jobs.get(each.spec.id)
                run = job.run if job else 0
                self._bench.until(partial(self._past, each, run), "the replay begins", END_SECONDS)
                found = compare(self._expected[each.kind], self._ended(each))
            found.words = [f"{each.kind} {each.spec.id}: {words}" for words in found.words]
            verdict += found
        return verdict

    def ended(self, under: Sequence[Under]) -> None:
        """Wait until the jobs have ended."""
        for each in under:
            self._ended(each)

    def signals(self) -> Counter[str]:
        """Count the signals in the host's log."""
        log = (self._bench.stack.state / "logs" / "host.log").read_bytes()
        return Counter(found.decode() for found in _SIGNAL.findall(log))

    def _past(self, under: Under, run: int) -> bool:
        job = self._bench.app.jobs.get(under.spec.id)
        return job is not None and job.run > run

    def _admits(self, under: Under) -> bool:
        app = self._bench.app
        job = app.jobs.get(under.spec.id)
        if job is None:
            return any(under.spec.id in rejected.message for rejected in app.jobs.rejected())
        kinds = {item["type"] for item in app.transcripts.items(under.spec.id)}
        return job.failure is not None or "fileFailure" in kinds

    def _ended(self, under: Under) -> State:
        deadline = time.monotonic() + END_SECONDS

        def look() -> Job | bool | None:
            job = self._bench.app.jobs.get(under.spec.id)
            if job is not None and job.status in END_STATES:
                return job
            return True if job is None and self._admits(under) else None

        self._bench.until(look, f"{under.kind} {under.spec.id} ends", END_SECONDS)
        self._bench.quiet(max(1.0, min(_QUIET_SECONDS, deadline - time.monotonic())))
        return neutral(self._bench.state(under.spec), runs=False)
