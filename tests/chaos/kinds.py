"""The kinds of jobs that are disturbed, and the reference that an undisturbed run of each is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from local.samples.catalog import DATA, SampleJob, sample_jobs
from local.samples.generate import GeneratedResult, report
from tests.chaos.judge import State
from tests.domain import reference, reference_head

REPORT = "report.json"

GAP_IN_TICKS = 3 * reference.SECOND
_SMALL_BYTES = 60_000
"""The reference counts moment by moment, which takes minutes for greater files."""

_OTHERWISE = frozenset({"tracks", "turns", "combined"})


@dataclass(frozen=True)
class Kind:
    """A kind of job. `files`: contents by name, of which report.json is the report; `of`: more members of JobSpec."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    of: Mapping[str, Any] = field(default_factory=dict)

    def check(self, state: State) -> None:
        """Hold what an undisturbed run stored against the reference of tests/domain; fail if they differ."""
        for name, content in self.files.items():
            head = state.documents.get(f"{name}/transcript")
            if head is None or len(content) > _SMALL_BYTES:
                continue
            expected = reference_head.head(reference.load(content), GAP_IN_TICKS)
            assert {key: head.get(key) for key in expected if key not in _OTHERWISE} == {
                key: value for key, value in expected.items() if key not in _OTHERWISE
            }
            assert head["turns"]["count"] == expected["turns"]["count"]
            for track, wanted in zip(head["tracks"], expected["tracks"], strict=True):
                assert {key: track[key] for key in wanted} == {key: _about(value) for key, value in wanted.items()}


def _about(value: object) -> object:
    return pytest.approx(value) if isinstance(value, float) else value


@cache
def result(seed: int, hours: float = 0.02) -> bytes:
    """Return a made-up result."""
    return b"".join(GeneratedResult(hours=hours, speakers=2, display_words=True, seed=seed, indent=0))


@cache
def several_batches(seed: int = 1) -> bytes:
    """Return a result of so many speakers that its parts are more than one batch has room for."""
    return b"".join(GeneratedResult(hours=0.6, speakers=500, words=False, alternatives=1, seed=seed, indent=0))


def report_of(succeeded: int, failed: int = 0) -> bytes:
    """Return a report that counts so many sources."""
    good = [{"source": f"https://example.com/{number}.wav", "status": "Succeeded"} for number in range(succeeded)]
    bad = [
        {"source": f"https://example.com/bad{number}.wav", "status": "Failed", "errorMessage": "No audio."}
        for number in range(failed)
    ]
    return report([*good, *bad])


def of_files(name: str, *contents: bytes) -> Kind:
    """Return a kind of these result files, and a report that counts them."""
    files = {f"contenturl_{number}.json": content for number, content in enumerate(contents)}
    return Kind(name, {**files, REPORT: report_of(len(contents))})


@cache
def samples() -> Mapping[str, Kind]:
    """Return the sample jobs that Speech knows, by name, as jobs that have ended already."""
    return {sample.name: _kind(sample) for sample in sample_jobs() if sample.spec is not None}


def light() -> list[Kind]:
    """Return the samples without great files, of which many can be run."""
    names = ("reference", "diarized-mono", "stereo-short", "empty", "failed", "partly-failed")
    return [samples()[name] for name in names]


def reference_report() -> bytes:
    """Return the report on Microsoft's page."""
    return (DATA / "reference-report.json").read_bytes()


def _kind(sample: SampleJob) -> Kind:
    assert sample.spec is not None
    names = {file.blob: file.name for file in sample.spec.files}
    files = {
        names[blob]: content if isinstance(content, bytes) else b"".join(content)
        for blob, content in sample.contents.items()
    }
    kept = {
        each: getattr(sample.spec, each)
        for each in ("locale", "model", "properties", "custom_properties", "status", "error", "page_size", "created_in")
    }
    order = {file.name: files[file.name] for file in sample.spec.files}
    return Kind(sample.name, order, kept)
