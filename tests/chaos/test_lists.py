"""Lists of files that are wrong: short, reordered, with ids twice or in a circle; reports that do not fit them."""

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from local.faults import Changed, Rule
from shared.domain.job import Status
from tests.chaos.bench import VISIBILITY, Bench, started
from tests.chaos.judge import State, Verdict, by_file, compare, stored
from tests.chaos.kinds import REPORT, Kind, of_files, report_of, result
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

FIVE = of_files("five files", *(result(seed, 0.01) for seed in range(5)))
WITHOUT_REPORT = Kind("without a report", {name: each for name, each in FIVE.files.items() if name != REPORT})

SHUFFLE = Random(1)  # noqa: S311 - chance for tests, no secret
CIRCLE = "a next link leads in a circle"

Files = list[dict[str, Any]]
Change = Callable[[Files], Files]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started({VISIBILITY: "00:00:01", "MISSING_MINUTES": "60"}) as running:
        running.undisturbed(FIVE)
        yield running


@pytest.fixture(scope="module")
def hasty(bench: Bench) -> Iterator[Bench]:
    """Give a stack on which a list that contradicts the report is believed at its second time."""
    with started({VISIBILITY: "00:00:01", "MISSING_MINUTES": "0"}) as running:
        running.expected.update(bench.expected)
        yield running


def page(change: Change) -> Changed:
    """Return the fault that changes the entries of a page of files."""

    def changed(body: bytes) -> bytes:
        answer = json.loads(body)
        if "values" in answer:
            answer["values"] = change(answer["values"])
        return json.dumps(answer).encode()

    return Changed(changed)


def loops(body: bytes) -> bytes:
    """Let the next link lead to the first page."""
    return re.sub(rb"skip=\d+", b"skip=0", body)


def _without_report(files: Files) -> Files:
    return [file for file in files if file["kind"] == "Transcription"]


WRONG_FOR_A_WHILE: dict[str, tuple[int, Changed]] = {
    "the first page lacks a file": (1, page(lambda files: files[1:])),
    "two answers are empty": (2, page(lambda _: [])),
    "some lists lack the report": (6, page(_without_report)),
    "every id stands twice": (100, page(lambda files: files * 2)),
    "every page comes in another order each time": (100, page(lambda files: SHUFFLE.sample(files, len(files)))),
    "the second list of each page lacks an id": (100, page(lambda files, seen=set(): _lacking(files, seen))),  # type: ignore[misc]
    CIRCLE: (3, Changed(loops)),
}
"""How many answers with files are wrong, and how."""


def _lacking(files: Files, seen: set[str]) -> Files:
    """Return a page as it is for the first time, and without its first entry after that."""
    key = json.dumps([file["self"] for file in files])
    if key in seen:
        return files[1:]
    seen.add(key)
    return files


@pytest.mark.parametrize(
    ("wrong", "page_size"),
    # A page that holds all files has no next link.
    [(wrong, size) for wrong in WRONG_FOR_A_WHILE for size in (2, 100) if (wrong, size) != (CIRCLE, 100)],
)
def test_everything_is_in_although(bench: Bench, row: Row, wrong: str, page_size: int) -> None:
    times, fault = WRONG_FOR_A_WHILE[wrong]
    spec = bench.put(FIVE, page_size=page_size)
    rule = Rule(fault, target=f"{spec.id}/files(\\?|$)", times=times)
    bench.faults.fronts["speech"].rules.append(rule)
    with bench.reader([spec]) as reader:
        bench.enqueue(spec)
        bench.ended(spec)
    row.cases = rule.met
    row.judge(bench.verdict([(FIVE, spec)]), reader.seen)


ENDS: dict[str, tuple[Kind, str]] = {
    "has no report": (WITHOUT_REPORT, "ReportMissing"),
    "has a report that counts another file": (Kind("fewer", {**FIVE.files, REPORT: report_of(6)}), "FilesMissing"),
    "has no files and an empty report": (Kind("nothing", {REPORT: report_of(0)}), "NothingTranscribed"),
}


@pytest.mark.parametrize("what", ENDS)
def test_a_job_that(hasty: Bench, row: Row, what: str) -> None:
    kind, code = ENDS[what]
    spec = hasty.put(kind)
    hasty.enqueue(spec)
    hasty.ended(spec)
    _ends_with(hasty, row, spec, code)


def test_a_list_that_is_a_circle_for_good(hasty: Bench, row: Row) -> None:
    spec = hasty.put(FIVE, page_size=2)
    hasty.faults.fronts["speech"].rules.append(Rule(Changed(loops), target=f"{spec.id}/files"))
    hasty.enqueue(spec)
    hasty.ended(spec)
    _ends_with(hasty, row, spec, "ListingLoops", files=2)


def _ends_with(bench: Bench, row: Row, spec: Any, code: str, files: int | None = None) -> None:  # noqa: ANN401 - a JobSpec
    """Count a loss unless the job ended with the code, and each file that was listed is in."""
    job = bench.job(spec)
    row.cases = 1
    found = (job.status, job.failure and job.failure.code) if job else None
    row.expect(found == (Status.COMPLETED_WITH_ERRORS, code), f"the job ended as {found}")
    files_found = by_file(spec, *stored(bench.app, bench.raw, spec.id))
    verdict = Verdict()
    for file in [each for each in spec.files if each.kind == "Transcription"][:files]:
        expected = {
            name: each for name, each in bench.expected[FIVE.name].documents.items() if name.startswith(file.name)
        }
        verdict += compare(State(None, expected, {}), files_found[file.id]).named(file.name)
    row.judge(verdict)
    row.notes.append(f"the job ends as {code}")
