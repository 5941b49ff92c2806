"""What jobs go through: all sample jobs, and the turns that these do not take."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from benchmarks.chaos.crash.life import Life
from local.samples.catalog import SampleJob, sample_jobs
from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobError, JobSpec
from local.speech.client import Contents
from shared.domain.documents import HEAD_ID, utc
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE, FetchPage, ListJobFiles

JOBS_POISON = JOBS_QUEUE + POISON_SUFFIX
_FOR_EVER = 1e9
_NO_RESULT = -3000
"""Cut so short, a result file ends in the middle of a phrase, long after its first parts were written."""


@dataclass(frozen=True)
class Story:
    """`tell` lets a life go through it; `puts` are jobs that Speech has before, with their contents."""

    name: str
    tell: Callable[[Life], None]
    puts: tuple[tuple[JobSpec, Contents], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    told_before: frozenset[str] = frozenset()
    """Use cases that other stories have in just the same way: nobody is killed in them here."""


_THE_USUAL = frozenset(
    {
        "accept_job: a message",
        "poll_jobs: jobs have ended",
        "fetch_results: a page of files",
        "fetch_results: a result file",
        "fetch_results: the report",
        "poll_jobs: files are all in",
    }
)


def stories() -> tuple[Story, ...]:
    """Return all stories, the same ones every time."""
    return (*(_sample(sample) for sample in sample_jobs()), *_turns())


def _sample(sample: SampleJob) -> Story:
    spec = replace(sample.spec, run_seconds=0, not_started_seconds=0) if sample.spec else None

    def tell(life: Life) -> None:
        if sample.expected == "rejected":
            life.send(sample.message)
        else:
            job_id = (life.copy(spec) if spec else life.stranger()).id
            own = spec.id if spec else sample.message
            life.send(sample.message.replace(own, job_id).replace(own.upper(), job_id.upper()))
            life.deliver()
            life.tick("jobs have ended")
        life.finish()

    return Story(sample.name, tell, ((spec, sample.contents),) if spec else ())


def _job(number: int, seeds: tuple[int, ...]) -> tuple[JobSpec, dict[str, bytes]]:
    """Return a job of small files; `seeds` say what is in them, the number what it is called."""
    job_id = f"00000000-0000-4000-8000-1{number:011}"
    files = tuple(
        FileSpec.of(job_id, f"contenturl_{index}.json", f"crash/{number}_{index}") for index in range(len(seeds))
    )
    report_file = FileSpec.of(job_id, "report.json", f"crash/{number}_report")
    results = [GeneratedResult(hours=0.02, speakers=2, seed=seed) for seed in seeds]
    contents = {file.blob: b"".join(result) for file, result in zip(files, results, strict=True)}
    contents[report_file.blob] = report(
        [{"source": f"https://example.com/{seed}.wav", "status": "Succeeded"} for seed in seeds]
    )
    return JobSpec(id=job_id, files=(*files, report_file)), contents


def _spoilt(number: int) -> tuple[JobSpec, dict[str, bytes]]:
    """Return a job of which one file and the report are no results."""
    spec, contents = _job(number, (1, 2))
    _, spoilt, report_file = (file.blob for file in spec.files)
    long = b"".join(GeneratedResult(hours=0.7, display_words=True, indent=0))
    return spec, {**contents, spoilt: long[:_NO_RESULT], report_file: contents[report_file][:-20]}


_FIRST = _job(1, (1, 2))
_CHANGED = _job(2, (3, 4))
_SMALL = (_FIRST, _CHANGED)
_NONE = (_spoilt(3),)
_FAILED: tuple[JobSpec, Contents] = (
    JobSpec(
        id=f"00000000-0000-4000-8000-1{4:011}",
        status="Failed",
        error=JobError(code="InvalidAudio", message="No audio."),
    ),
    {},
)
_MIXED = (_FIRST, _CHANGED, _FAILED)


def _begin(life: Life, spec: JobSpec = _FIRST[0]) -> JobSpec:
    job = life.copy(spec)
    life.send(job.id)
    life.deliver()
    return job


def _still_running(life: Life) -> None:
    job = _begin(life, replace(_FIRST[0], run_seconds=_FOR_EVER))
    life.tick("jobs still run")
    life.place.bench.speech.put_job(replace(job, run_seconds=0))
    life.tick("jobs have ended")
    life.finish()


def _expired(life: Life) -> None:
    job = _begin(life, replace(_FIRST[0], run_seconds=_FOR_EVER))
    life.change(job, accepted_at=utc(datetime.now(UTC) - timedelta(days=30)))
    life.tick("a job is too old")


def _several(life: Life) -> None:
    running = [_begin(life, replace(spec, run_seconds=_FOR_EVER)) for spec, _ in _MIXED]
    stranger = life.stranger()
    life.send(stranger.id)
    life.deliver()
    walked = "POLL_GET_LIMIT" in life.settings
    life.tick("many jobs are new" if walked else "some jobs are new")
    for job in running:
        life.place.bench.speech.put_job(replace(job, run_seconds=0))
    life.tick("many jobs have ended" if walked else "some jobs have ended")
    life.finish("some jobs' files are all in")


def _put_anew(life: Life, job: JobSpec, changed: JobSpec) -> None:
    """Let other bytes lie where the job's files lay."""
    files = tuple(
        replace(file, blob=other.blob, size=None) for file, other in zip(job.files, changed.files, strict=True)
    )
    life.place.bench.speech.put_job(replace(job, files=files))


def _reprocess(life: Life, changed: JobSpec = _CHANGED[0], stage: str = ", written anew") -> None:
    job = _begin(life)
    life.tick("jobs have ended")
    life.finish()
    _put_anew(life, job, changed)
    life.stage = stage
    life.send(json.dumps({"id": job.id, "reprocess": True}))
    life.deliver()
    life.tick("jobs have ended")
    life.finish()


def _no_result(life: Life) -> None:
    life.stage = ", some are no results"
    _begin(life, _NONE[0][0])
    life.tick("jobs have ended")
    life.finish()


def _reprocess_no_result(life: Life) -> None:
    _reprocess(life, _NONE[0][0], ", written anew, some are no results")


def _late(life: Life) -> None:
    """Give the files and the report up without a word; they come in when what is recorded of them is sent again."""
    job = _begin(life)
    life.tick("jobs have ended")
    life.divert = lambda work: isinstance(work, FetchPage)
    life.finish()
    life.divert = lambda _: False
    life.stage = ", after all"
    for item in life.app.transcripts.items(job.id):
        if item["type"] == "fileFailure":
            life.send(item["queueMessage"], RESULTS_QUEUE)
    life.deliver()
    life.finish()


def _unlistable(life: Life) -> None:
    _begin(life)
    life.tick("jobs have ended")
    life.divert = lambda work: isinstance(work, ListJobFiles)
    life.deliver()
    life.divert = lambda _: False
    life.stage = ", again"
    life.pass_time()
    life.tick("a job stands still")
    life.finish()


def _not_understood(life: Life) -> None:
    life.send('{"do": "dance"}', RESULTS_QUEUE)
    life.send("00000000-0000-4000-8000-200000000000", JOBS_POISON)
    life.deliver()


def _mended(life: Life) -> None:
    """Delete a part of a file and one of the report before the job has ended."""
    job = _begin(life)
    life.tick("jobs have ended")
    life.deliver()
    container = life.app.database.get_container_client("transcripts")
    for file in (job.files[0], job.files[-1]):
        part = next(each for each in life.app.transcripts.items(job.id, file.id) if each["id"] != HEAD_ID)
        container.delete_item(part["id"], [job.id, file.id])
        life.deleted.add(f"{job.id}/{file.id}/{part['id']}")
    life.stage = ", mended"
    life.tick("parts are missing")
    life.finish()


def _tidied(life: Life) -> None:
    job = _begin(life)
    life.tick("jobs have ended")
    life.finish()
    life.change(job, ended_at=utc(datetime.now(UTC) - timedelta(days=2)))
    life.tick("a job is to be tidied")


def _turns() -> tuple[Story, ...]:
    return tuple(
        Story(name, tell_, puts, settings, _THE_USUAL)
        for name, tell_, puts, settings in (
            ("still running", _still_running, _SMALL, {}),
            ("expired", _expired, _SMALL, {}),
            ("several", _several, _MIXED, {}),
            ("several, listed", _several, _MIXED, {"POLL_GET_LIMIT": "1"}),
            ("written anew", _reprocess, _SMALL, {}),
            ("no result", _no_result, _NONE, {}),
            ("written anew, no result", _reprocess_no_result, (*_SMALL, *_NONE), {}),
            ("late", _late, _SMALL, {}),
            ("unlistable", _unlistable, _SMALL, {}),
            ("not understood", _not_understood, (), {}),
            ("mended", _mended, _SMALL, {}),
            ("tidied", _tidied, _SMALL, {}),
        )
    )
