"""A job of which one file can never be read."""

from uuid import uuid4

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from local.samples.generate import GeneratedResult
from local.speech import FileSpec, JobSpec


def with_a_bad_file(bench: Bench) -> Kind:
    """Run a job of three files, of which the second is no result, undisturbed."""
    job_id = str(uuid4())
    files = tuple(FileSpec.of(job_id, f"contenturl_{number}.json") for number in range(3))
    good = [b"".join(GeneratedResult(hours=0.01, seed=number)) for number in range(3)]
    contents = {file.blob: content for file, content in zip(files, good, strict=True)} | {files[1].blob: b"no result"}
    spec = JobSpec(id=job_id, display_name="bad file", files=files)
    bench.speech.put_job(spec, contents)
    bench.enqueue(job_id)
    bench.ended(job_id, WAIT_SECONDS)
    bench.quiet(WAIT_SECONDS)
    return Kind("bad file", spec, bench.state(spec))
