"""Kinds of jobs, and what an undisturbed run leaves of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.judge import State
from local.samples.catalog import sample_jobs
from local.speech import JobSpec

WAIT_SECONDS = 600.0
"""How long jobs may take to end when nothing disturbs them any more, on a machine that does much else."""


class Undisturbed(Exception):
    """A job did not end as it should, though nothing disturbed it."""


@dataclass(frozen=True)
class Kind:
    """A job that Speech has, and what is stored of it when nothing disturbs."""

    name: str
    spec: JobSpec
    state: State


def undisturbed(bench: Bench, names: Iterable[str] = ()) -> list[Kind]:
    """Run the sample jobs that Speech knows, or those with these names, and return what they became."""
    wanted = set(names)
    specs: dict[str, JobSpec] = {}
    expected: dict[str, str] = {}
    for sample in sample_jobs():
        if sample.spec is not None and (not wanted or sample.name in wanted):
            specs[sample.name] = replace(sample.spec, not_started_seconds=0, run_seconds=0)
            expected[sample.name] = sample.expected
            bench.speech.put_job(specs[sample.name], sample.contents)
    bench.enqueue(*(spec.id for spec in specs.values()))
    found = {name: str(bench.ended(spec.id, WAIT_SECONDS).status) for name, spec in specs.items()}
    if found != expected:
        raise Undisturbed(f"{found}, not {expected}")
    bench.quiet(WAIT_SECONDS)
    return [Kind(name, spec, bench.state(spec)) for name, spec in specs.items()]
