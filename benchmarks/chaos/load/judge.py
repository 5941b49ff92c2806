"""Judges what is stored of the load, file by file: one job of 10,000 files is too much to compare at once."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from typing import Any

import msgspec

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.judge import State, Verdict, compare, plain
from benchmarks.chaos.load.contents import Work
from local.speech import FileSpec
from shared.adapters.cosmos.of_job import count_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.job import Status

THREADS = 4

NAME = "contenturl_0.json"
"""The one result file of a template."""


def judge_jobs(bench: Bench, work: Work, states: Mapping[str, State]) -> Verdict:
    """Compare every job of one file with its template's state, by the template's id."""

    def judge(number: int) -> Verdict:
        spec, template = work.jobs[number]
        found = compare(states[template.id], bench.state(spec))
        found.words = [f"job {spec.id}: {words}" for words in found.words]
        return found

    return _summed(judge, len(work.jobs))


def judge_great(bench: Bench, work: Work, states: Mapping[str, State]) -> Verdict:
    """Compare every file of the great job with that of the template that has the same content."""
    files, report = work.great.files[:-1], work.great.files[-1]
    expected = {template.files[0].blob: _one_file(states[template.id]) for template in work.templates}
    numbers: list[int] = []

    def judge(number: int) -> Verdict:
        file = files[number]
        found = _found(bench, work.great.id, file)
        numbers.append(len(found.documents))
        verdict = compare(expected[file.blob], found)
        verdict.words = [f"file {file.name}: {words}" for words in verdict.words]
        return verdict

    verdict = _summed(judge, len(files))
    verdict += _report(bench, work, report)
    container = bench.app.database.get_container_client(TRANSCRIPTS.name)
    there = count_of(container, work.great.id, "c.type != 'report'")
    if (unknown := there - sum(numbers)) > 0:
        verdict += Verdict(duplicated=unknown, words=[f"{unknown} documents of no file of the great job, or retired"])
    return verdict


def _summed(judge: Callable[[int], Verdict], count: int) -> Verdict:
    verdict = Verdict()
    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(judge, range(count)):
            verdict += found
    return verdict


def _one_file(state: State) -> State:
    """Return what is stored of a template's result file alone."""
    documents = {name: each for name, each in state.documents.items() if name.startswith(f"{NAME}/")}
    return State(None, documents, {name: each for name, each in state.raw.items() if f"/{NAME}/" in name})


def _found(bench: Bench, job_id: str, file: FileSpec) -> State:
    """Return what is stored of a file under the names that it has in its template."""
    names = {job_id: "JOB", file.id: NAME, file.name: NAME}
    items = bench.app.transcripts.items(job_id, file.id)
    documents = {f"{NAME}/{item['id']}": plain(item, names) for item in items}
    blobs = {
        blob.name.replace(job_id, "JOB").replace(file.id, NAME): sha256(
            bench.raw.download_blob(blob.name, decompress=False).readall()
        ).hexdigest()
        for blob in bench.raw.list_blobs(name_starts_with=f"{job_id}/{file.id}/")
    }
    return State(None, documents, blobs)


def _report(bench: Bench, work: Work, report: FileSpec) -> Verdict:
    job = bench.app.jobs.get(work.great.id)
    source: dict[str, Any] = msgspec.json.decode(work.contents[report.blob])
    items = {item["id"]: item for item in bench.app.transcripts.items(work.great.id, report.id)}
    named = [items.get(part, {}) for part in job.report.parts] if job and job.report else []
    details = list(chain.from_iterable(part.get("details", ()) for part in named))
    verdict = Verdict(duplicated=len(items) - len(named))
    if [detail["source"] for detail in details] != [detail["source"] for detail in source["details"]]:
        verdict += Verdict(lost=1, words=[f"the report has {len(details)} details, not {len(source['details'])}"])
    wanted = (Status.COMPLETED, len(work.great.files) - 1, len(work.great.files) - 1, 0)
    seen = job and (job.status, job.files.expected, job.files.ingested, job.files.failed)
    if seen != wanted:
        verdict += Verdict(lost=1, words=[f"the great job's document says {seen}, not {wanted}"])
    return verdict
