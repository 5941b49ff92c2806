"""Thousands of files and jobs that share some hundred contents; every file is judged by its template's all the same."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import uuid4

import msgspec

from local.samples.generate import GeneratedResult
from local.speech import FileSpec, JobSpec
from shared.adapters.cosmos.of_job import count_of
from shared.domain.job import Status
from tests.chaos.bench import LONG_SECONDS, Bench
from tests.chaos.judge import State, Verdict, by_file, compare, stored, summed
from tests.chaos.kinds import REPORT, Kind, report_of

THREADS = 8
NAME = "contenturl_0.json"
"""The one result file of a template."""


@dataclass(frozen=True)
class Crowd:
    """Templates, which ran undisturbed: a job with one file and a report for each content."""

    bench: Bench
    templates: list[JobSpec]

    def great(self, files: int, page_size: int = 100) -> JobSpec:
        """Let Speech have a job of so many files, and a report that counts them."""
        job_id = str(uuid4())
        blobs = [self.templates[number % len(self.templates)].files[0] for number in range(files)]
        own = [
            FileSpec(id=str(uuid4()), name=f"contenturl_{number}.json", blob=blob.blob, size=blob.size)
            for number, blob in enumerate(blobs)
        ]
        report = FileSpec.of(job_id, REPORT)
        spec = JobSpec(id=job_id, display_name="great", files=(*own, report), page_size=page_size)
        self.bench.speech.put_job(spec, {report.blob: report_of(files)})
        return spec

    def small(self, count: int, **changes: object) -> list[JobSpec]:
        """Let Speech have so many jobs, each like one of the templates."""

        def put(number: int) -> JobSpec:
            template = self.templates[number % len(self.templates)]
            job_id = str(uuid4())
            files = tuple(msgspec.structs.replace(file, id=str(uuid4())) for file in template.files)
            spec = msgspec.structs.replace(template, id=job_id, files=files, **changes)
            self.bench.speech.put_job(spec)
            return spec

        return [put(number) for number in range(count)]

    def judge_small(self, specs: list[JobSpec]) -> Verdict:
        """Compare every job with its template."""
        return summed(
            lambda spec: compare(self.bench.expected[spec.display_name], self.bench.state(spec)).named(spec.id), specs
        )

    def judge_great(self, spec: JobSpec) -> Verdict:
        """Compare every file of the great job with that of the template with the same content; then the job itself."""
        expected = self._files()
        own = [file for file in spec.files if file.kind == "Transcription"]
        items, blobs = stored(self.bench.app, self.bench.raw, spec.id)
        found = by_file(spec, items, blobs, NAME)
        verdict = summed(lambda file: compare(expected[file.blob], found[file.id]).named(file.name), own)
        job = self.bench.job(spec)
        seen = job and (job.status, job.files.expected, job.files.ingested, job.files.failed)
        wanted = (Status.COMPLETED, len(own), len(own), 0)
        if seen != wanted:
            verdict += Verdict(1, 0, [f"the great job's document says {seen}, not {wanted}"])
        parts = {item["id"]: item for item in items if item["type"] == "report"}
        named: list[Any] = [parts.get(part, {}) for part in job.report.parts] if job and job.report else []
        details = list(chain.from_iterable(part.get("details", ()) for part in named))
        if len(details) != len(own) or len(parts) != len(named):
            words = f"the report has {len(details)} details in {len(parts)} parts, of which {len(named)} are named"
            verdict += Verdict(1, 0, [words])
        count = sum(len(expected[file.blob].documents) for file in own)
        if (there := count_of(self.bench.container(), spec.id, "c.type != 'report'")) > count:
            verdict += Verdict(0, there - count, [f"{there - count} documents of no file of the great job, or retired"])
        return verdict

    def _files(self) -> Mapping[str, State]:
        """Return what is stored of each template's result file, by its blob."""
        found = {}
        for template in self.templates:
            state = self.bench.expected[template.display_name]
            documents = {name: each for name, each in state.documents.items() if name.startswith(f"{NAME}/")}
            raw = {name: each for name, each in state.raw.items() if f"/{NAME}/" in name}
            found[template.files[0].blob] = State(None, documents, raw)
        return found


def gather(bench: Bench, varieties: int) -> Crowd:
    """Make the templates and run them undisturbed."""
    kinds = [_kind(number) for number in range(varieties)]
    with ThreadPoolExecutor(THREADS) as pool:
        templates = list(pool.map(bench.put, kinds))
    bench.enqueue(*templates)
    bench.ended(*templates, seconds=LONG_SECONDS)
    for kind, spec in zip(kinds, templates, strict=True):
        bench.expected[kind.name] = bench.state(spec)
        kind.check(bench.expected[kind.name])
    return Crowd(bench, templates)


def _kind(number: int) -> Kind:
    content = GeneratedResult(
        hours=0.01 + number % 5 * 0.004,
        channels=1 + number % 2,
        speakers=2 if number % 4 == 0 else 0,
        seed=number,
        indent=0,
        source=f"https://example.blob.core.windows.net/audio/{number}.wav",
    )
    return Kind(f"variety {number}", {NAME: b"".join(content), REPORT: report_of(1)})


def first_files(spec: JobSpec, most: int) -> JobSpec:
    """Return the job with as many files as a reader follows."""
    return msgspec.structs.replace(spec, files=spec.files[:most])
