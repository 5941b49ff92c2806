"""What can be seen of jobs from outside: after each kill as a reader sees it, and in the end all of it."""

from collections.abc import Sequence

import msgspec

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.judge import State, state_of
from benchmarks.chaos.reader import parts_of
from local.speech import JobSpec
from shared.bootstrap import App
from shared.domain.documents import HEAD_ID
from shared.domain.messages import FetchFile


def missing_parts(app: App, specs: Sequence[JobSpec], work: object) -> list[str]:
    """Follow each head as a reader does; return which parts are named and not there, or of another revision.

    `work`: what was being done; if that was a file, its head is all that is looked at.
    """
    if isinstance(work, FetchFile):
        return _missing(app, work.job_id, work.file_id)
    return [part for spec in specs for part in _missing(app, spec.id, None)]


def _missing(app: App, job_id: str, file_id: str | None) -> list[str]:
    items = app.transcripts.items(job_id, file_id)
    revisions = {(each["fileId"], each["id"]): each.get("revision") for each in items}
    named = [(each["fileId"], each["revision"], parts_of(each)) for each in items if each["id"] == HEAD_ID]
    job = app.jobs.get(job_id)
    if job is not None and job.report is not None and file_id in {None, job.report.file_id}:
        named.append((job.report.file_id, job.report.revision, job.report.parts))
    return [
        f"{job_id}/{file}/{part}"
        for file, revision, parts in named
        for part in parts
        if revisions.get((file, part)) != revision
    ]


def landed(bench: Bench, app: App, specs: Sequence[JobSpec]) -> list[State]:
    """Read all that is stored: one state for each job, and one of the rejected messages."""
    states = [state_of(app, bench.raw, spec, bench.originals.get(spec.id, spec.id)) for spec in specs]
    rejected = {each.id: msgspec.to_builtins(each) for each in app.jobs.rejected()}
    for each in rejected.values():
        del each["rejectedAt"]
    return [*states, State(None, rejected, {})]
