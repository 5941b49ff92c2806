"""The jobs of the load. All files share some hundred contents; what is stored is judged file by file all the same."""

from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID, uuid5

from msgspec.structs import replace

from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec

_SPACE = UUID("3f6d1a52-8c0e-4b1b-9a53-6a5f0d1c7e10")
"""The ids of the load's jobs are derived from it, so that they are the same in every run."""


@dataclass(frozen=True)
class Work:
    """What Speech has. `templates`: jobs of one file each, of which `jobs` are copies; they run undisturbed first."""

    contents: dict[str, bytes]
    templates: list[JobSpec]
    great: JobSpec
    jobs: list[tuple[JobSpec, JobSpec]]
    """Each copy with its template."""


def work(files: int, jobs: int, varieties: int) -> Work:
    """Describe one job of `files` files, and `jobs` jobs of one file of which every third has a report."""
    results = [_result(number) for number in range(varieties)]
    contents: dict[str, bytes] = {_blob(number): b"".join(result) for number, result in enumerate(results)}
    contents |= {_report_blob(number): _report(results[number : number + 1]) for number in range(varieties)}
    contents[_report_blob(varieties)] = _report(list(islice(cycle(results), files)))
    blobs = [_blob(number % varieties) for number in range(files)]
    great = _job("great", "great", [*blobs, _report_blob(varieties)], contents)
    templates = [_small(f"template {number}", number, contents) for number in range(varieties)]
    copies = [
        (_small(f"copy {number}", number % varieties, contents), templates[number % varieties])
        for number in range(jobs)
    ]
    return Work(contents, templates, great, copies)


def _small(name: str, variety: int, contents: dict[str, bytes]) -> JobSpec:
    blobs = [_blob(variety), *([_report_blob(variety)] if variety % 3 == 0 else [])]
    return _job(name, f"variety {variety}", blobs, contents)


def _job(name: str, shown: str, blobs: list[str], contents: dict[str, bytes]) -> JobSpec:
    job_id = _id(name)
    names = ["report.json" if "report" in blob else f"contenturl_{number}.json" for number, blob in enumerate(blobs)]
    files = [FileSpec.of(job_id, each, blob) for each, blob in zip(names, blobs, strict=True)]
    sized = tuple(replace(file, size=len(contents[file.blob])) for file in files)
    return JobSpec(id=job_id, display_name=shown, files=sized)


def _id(name: str) -> str:
    return str(uuid5(_SPACE, name))


def _blob(number: int) -> str:
    return f"load/{number}.json"


def _report_blob(number: int) -> str:
    return f"load/{number}_report.json"


def _result(number: int) -> GeneratedResult:
    return GeneratedResult(
        hours=0.01 + number % 5 * 0.004,
        channels=1 + number % 2,
        speakers=2 if number % 4 == 0 else 0,
        seed=number,
        indent=0,
        source=f"https://example.blob.core.windows.net/audio/{number}.wav",
    )


def _report(results: list[GeneratedResult]) -> bytes:
    return report([{"source": result.source, "status": "Succeeded"} for result in results])
