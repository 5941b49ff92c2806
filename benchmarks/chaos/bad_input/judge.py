"""Compares what became of a file with what had to become of it."""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchmarks.chaos.bad_input import expected, readers
from benchmarks.chaos.bad_input.compare import report_problems, result_problems
from benchmarks.chaos.bad_input.plain import Refusable, parse
from benchmarks.chaos.bad_input.readers import Made
from shared.errors import InvalidResult

Read = Callable[[Iterable[bytes]], Made]

FOLLOWED = 150
"""A reader must follow nesting this deep; deeper, it may refuse and say so."""

_WHERE = re.compile(
    r"byte \d|recognizedPhrases|the file is empty|details|successfulTranscriptionsCount"
    r"|turns\[\d|the channel of a combined text|the duration of the audio|the head"
)
_LONGEST_WORDS = 500
_LARGE = 0.9
"""From this part of a limit on, sizes may be counted differently: both outcomes are right."""

LIMITS = {"ValueTooLarge", "HeadTooLarge", "TooManyTracks", "ReportTooLarge", "EntryTooLarge", "PhraseTooLarge"}
"""Codes of refusals for size: right only where there is something great."""
_GREAT_FILE = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """How a case ended. `right` and `refused` are as it should be; `problem` says what is not."""

    right: bool = False
    refused: bool = False
    problem: str | None = None
    duplicated: int = 0


def judge_result(data: bytes, seed: int, read: Read = readers.split) -> Verdict:
    """Read a result file whole and in chunks and hold both against the plain reading."""
    return _judge(data, seed, read, _result)


def judge_report(data: bytes, seed: int, read: Read = readers.report) -> Verdict:
    """Read a report whole and in chunks and hold both against the plain reading."""
    return _judge(data, seed, read, _report)


def chunks_of(data: bytes, seed: int) -> list[bytes]:
    """Return the bytes in chunks of random sizes, some of one byte, some empty."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
    most = draw.choice([1, 7, 64, 1_000, 65_536]) if len(data) < 20_000 else draw.choice([10_000, 65_536])  # noqa: PLR2004
    chunks, at = [], 0
    while at < len(data):
        length = draw.randint(0, most) if draw.random() < 0.5 else most  # noqa: PLR2004 - half of them
        chunks.append(data[at : at + length])
        at += length
    return chunks


def _judge(data: bytes, seed: int, read: Read, hold: Callable[[bytes, Made | InvalidResult], Verdict]) -> Verdict:
    whole = _outcome(read, [data])
    verdict = hold(data, whole)
    if verdict.problem is not None:
        return verdict
    chunked = _outcome(read, chunks_of(data, seed))
    if _shown(chunked) != _shown(whole):
        return replace(verdict, right=False, refused=False, problem=f"chunks end otherwise: {_shown(chunked)[:300]}")
    return verdict


def _outcome(read: Read, chunks: Iterable[bytes]) -> Made | InvalidResult:
    try:
        return read(chunks)
    except InvalidResult as error:
        return error


def _shown(outcome: Made | InvalidResult) -> str:
    # Which of two faults is met first may depend on the chunks; whether there is one may not.
    return "refused" if isinstance(outcome, InvalidResult) else str(outcome)


def _result(data: bytes, outcome: Made | InvalidResult) -> Verdict:
    try:
        wanted = expected.result(parse(data))
    except Refusable as reason:
        return _refused(outcome, str(reason), data)
    if isinstance(outcome, InvalidResult):
        near_limit = wanted.largest > expected.ITEM_BYTES * _LARGE
        return _excused(outcome, data, wanted.depth, near_limit=near_limit)
    problems, duplicated = result_problems(wanted, outcome)
    return Verdict(right=not problems, problem="; ".join(problems) or None, duplicated=duplicated)


def _report(data: bytes, outcome: Made | InvalidResult) -> Verdict:
    try:
        wanted = expected.report(parse(data))
    except Refusable as reason:
        return _refused(outcome, str(reason), data)
    if isinstance(outcome, InvalidResult):
        return _excused(outcome, data, wanted.depth, near_limit=False)
    problems = report_problems(wanted, outcome)
    return Verdict(right=not problems, problem="; ".join(problems) or None)


def _refused(outcome: Made | InvalidResult, reason: str, data: bytes) -> Verdict:
    if isinstance(outcome, Made):
        return Verdict(problem=f"accepted although {reason}")
    return _says_where(outcome, data)


def _excused(error: InvalidResult, data: bytes, depth: int, *, near_limit: bool) -> Verdict:
    """Judge the refusal of a file of the right shape: its size or its nesting may be the reason, nothing else."""
    deep = depth > FOLLOWED and "nested too deeply" in str(error)
    great = error.code in LIMITS and (near_limit or len(data) > _GREAT_FILE)
    if not deep and not great:
        return Verdict(problem=f"refused although it is right: {error}")
    return _says_where(error, data)


def _says_where(error: InvalidResult, data: bytes) -> Verdict:
    words = str(error)
    if not _WHERE.search(words):
        return Verdict(problem=f"does not say where: {words[:300]}")
    if len(words) > _LONGEST_WORDS or not words.isprintable():
        return Verdict(problem=f"words that no log should have: {words[:300]!r}")
    place = re.search(r"byte (\d+)", words)
    if place and int(place[1]) > len(data):
        return Verdict(problem=f"names a byte behind the end: {words}")
    return Verdict(refused=True)
