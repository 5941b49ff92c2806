"""What was given up says why, and comes in when an operator sends it again by the command line."""

from collections.abc import Callable, Iterator

import pytest

from local.faults import Rule
from shared.domain.job import Rejected
from tests.chaos.bench import VISIBILITY, Bench, started
from tests.chaos.kinds import samples
from tests.chaos.outages import answering
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

SETTINGS = {VISIBILITY: "00:00:01", "GIVE_UP_HOURS": "0"}
"""What fails five times is given up at once."""

KINDS = (samples()["partly-failed"], samples()["reference"])
RULES = {
    "their contents cannot be read": ("GET", "/TranscriptionData/"),
    "their raw copy cannot be written": ("PUT", ""),
}
NO_JOB = "please transcribe my call"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started(SETTINGS) as running:
        running.undisturbed(*KINDS)
        yield running


@pytest.mark.parametrize("again", ["retry", "replay"])
@pytest.mark.parametrize("fault", RULES)
def test_all_files_given_up_and(bench: Bench, row: Row, fault: str, again: str) -> None:
    jobs = bench.puts(KINDS, 2)
    specs = [spec for _, spec in jobs]
    files = sum(len(spec.files) for spec in specs)
    method, target = RULES[fault]
    bench.faults.fronts["blob"].rules.append(Rule(answering(500)["blob"], method=method, target=target))
    bench.enqueue(*specs)
    bench.ended(*specs)
    bench.faults.clear()
    row.cases = bench.given_up(specs)
    row.expect(row.cases == files, f"{row.cases} of {files} files were given up")
    for spec in specs:
        listed = bench.command("poison", "list", spec.id, "-o", "jsonl")
        row.expect(len(listed.splitlines()) == len(spec.files), "`poison list` does not list them")
        if again == "retry":
            bench.command("retry", spec.id)
        else:
            bench.enqueue(f'{{"id": "{spec.id}", "replay": true}}')
    bench.until(lambda: not bench.given_up(specs), "all files come in")
    bench.ended(*specs)
    row.judge(bench.verdict(jobs, again=True))


def test_a_message_that_is_no_job_is_kept_and_kept_again(bench: Bench, row: Row) -> None:
    bench.enqueue(NO_JOB)
    (first,) = bench.until(_kept(bench, NO_JOB), "the message is kept")
    said = bench.command("retry", "--given-up", "--yes")
    row.expect("passed over 1" in said, f"`retry --given-up` said {said}")
    bench.command("retry", first.id)
    (second,) = bench.until(_kept(bench, NO_JOB), "the message is kept again")
    bench.quiet()
    row.cases = 2
    same = (second.id, second.message, second.reason) == (first.id, first.message, first.reason)
    row.expect(same, "the second rejection is another document")
    row.notes.append(f'"{first.reason}"')


def _kept(bench: Bench, text: str) -> Callable[[], list[Rejected]]:
    return lambda: [each for each in bench.app.jobs.rejected() if text in each.message]
