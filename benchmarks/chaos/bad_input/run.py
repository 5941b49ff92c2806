"""Runs the cases and makes rows of them: files, as many messages, and the great files."""

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NamedTuple

from benchmarks.chaos.bad_input import files, flow, giants, judge, message_judge, messages
from benchmarks.chaos.bad_input.guard import Ended, Limits, guarded
from benchmarks.chaos.bad_input.judge import Verdict
from benchmarks.chaos.ledger import Row

PROCESSES = 2
REPORT_EVERY = 5
"""One of so many files is a report."""

GIANT = "great files"
FILE, QUEUED, WORK = "result file or report", "message of transcription-jobs", "message of transcription-results"


class Case(NamedTuple):
    """What is needed to make an input again."""

    group: str
    kind: str
    number: int
    seed: int

    def data(self) -> bytes:
        """Return the input; not of a great file, which is a stream."""
        draw = Random(f"{self.seed}/{self.group}/{self.kind}/{self.number}")  # noqa: S311 - repeatable, not secret
        match self.group:
            case "message of transcription-jobs":
                return messages.enqueued(self.kind, draw)
            case "message of transcription-results":
                return messages.work(self.kind, draw)
        make = files.report if self.number % REPORT_EVERY == 0 else files.result
        return make(self.kind, draw)


def judged(case: Case) -> Verdict:
    """Make the input of the case, give it to the app's code, and say how it ended."""
    match case.group:
        case "great files":
            giant = giants.all_of_them()[case.number]
            problem = flow.problem(giant)
            right = isinstance(giant.ends, int)
            return Verdict(right=right and not problem, refused=not right and not problem, problem=problem)
        case "message of transcription-jobs":
            return message_judge.judge_enqueued(case.data())
        case "message of transcription-results":
            return message_judge.judge_work(case.data())
    hold = judge.judge_report if case.number % REPORT_EVERY == 0 else judge.judge_result
    return hold(case.data(), case.number)


def cases_of(group: str, count: int, seed: int) -> list[Case]:
    """Return about `count` cases of a group, as many of each kind of mutation."""
    if group == GIANT:
        return [Case(group, giant.name, number, seed) for number, giant in enumerate(giants.all_of_them())]
    kinds = files.KINDS if group == FILE else messages.KINDS
    each = -(-count // len(kinds))
    return [Case(group, kind, number, seed) for kind in kinds for number in range(each)]


def run(cases: int = 50_000, seed: int = 4) -> list[Row]:
    """Run at least `cases` files and as many messages, and every great file; print what is not as it should be."""
    small = [
        *(cases_of(FILE, cases, seed)),
        *(cases_of(QUEUED, cases // 2, seed)),
        *(cases_of(WORK, cases - cases // 2, seed)),
    ]
    shards = [small[number::PROCESSES] for number in range(PROCESSES)]
    great = cases_of(GIANT, 0, seed)
    with ThreadPoolExecutor(PROCESSES) as pool:
        ended = [each for shard in pool.map(_ended, shards) for each in shard]
        alone = [great[number::PROCESSES] for number in range(PROCESSES)]
        ended += [each for shard in pool.map(_ended_alone, alone) for each in shard]
    for each in ended:
        if each.verdict.problem is not None:
            print(f"{each.case}: {each.verdict.problem}", file=sys.stderr)  # noqa: T201 - a benchmark's words
    return rows(ended)


def _ended(cases: Sequence[Case]) -> list[Ended[Case]]:
    return list(guarded(judged, cases))


def _ended_alone(cases: Sequence[Case]) -> list[Ended[Case]]:
    return list(guarded(judged, cases, Limits(alone=True)))


def rows(ended: Iterable[Ended[Case]]) -> list[Row]:
    """Return a row for each group and kind of mutation; the great files are one row."""
    groups: dict[tuple[str, str], list[Ended[Case]]] = {}
    for each in ended:
        kind = "in all" if each.case.group == GIANT else each.case.kind
        groups.setdefault((each.case.group, kind), []).append(each)
    return [_row(group, kind, found) for (group, kind), found in groups.items()]


def _row(group: str, kind: str, ended: list[Ended[Case]]) -> Row:
    slowest = max(ended, key=lambda each: each.seconds)
    memory = max(each.megabytes for each in ended)
    right = sum(each.verdict.right for each in ended)
    refused = sum(each.verdict.refused for each in ended)
    of_it = f" ({slowest.case.kind})" if group == GIANT else ""
    return Row(
        group="bad input",
        fault=f"{group}: {kind}",
        cases=len(ended),
        lost=sum(each.verdict.problem is not None for each in ended),
        duplicated=sum(each.verdict.duplicated for each in ended),
        note=f"{right} right, {refused} refused; slowest {slowest.seconds:.2f} s{of_it}, {memory:.0f} MiB",
    )
