"""The mutators, the oracle and the guard: that they are repeatable, and that they see what is wrong."""

import json
import time
from collections.abc import Iterable
from random import Random

import pytest

from benchmarks.chaos.bad_input import files, flow, giants, judge, message_judge, messages, readers, run
from benchmarks.chaos.bad_input.guard import Limits, guarded
from benchmarks.chaos.bad_input.judge import Verdict
from benchmarks.chaos.bad_input.readers import Made
from shared.domain.enqueued import Enqueued
from shared.domain.messages import FetchFile
from shared.errors import InvalidMessage, InvalidResult

SEED = 1
FEW = 12


@pytest.mark.parametrize("kind", files.KINDS)
def test_mutated_files_end_as_right_documents_or_as_a_failure_that_says_where(kind: str) -> None:
    ended = [run.judged(run.Case(run.FILE, kind, number, SEED)) for number in range(FEW)]
    assert [each.problem for each in ended if each.problem] == []
    assert all(each.right != each.refused for each in ended)


@pytest.mark.parametrize("group", [run.QUEUED, run.WORK])
@pytest.mark.parametrize("kind", messages.KINDS)
def test_mutated_messages_end_as_safe_ones_or_are_refused_with_words(group: str, kind: str) -> None:
    ended = [run.judged(run.Case(group, kind, number, SEED)) for number in range(FEW)]
    assert [each.problem for each in ended if each.problem] == []
    assert all(each.right != each.refused for each in ended)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    def made(seed: int) -> list[bytes]:
        cases = [
            *run.cases_of(run.FILE, 50, seed),
            *run.cases_of(run.QUEUED, 50, seed),
            *run.cases_of(run.WORK, 50, seed),
        ]
        return [case.data() for case in cases]

    assert made(1) == made(1)
    assert made(1) != made(2)


def accepted(judged: "judge.Read") -> list[str]:
    """Return what the oracle says of a reader, over unharmed and mutated files."""
    found = []
    for number in range(60):
        data = files.result(files.KINDS[number % len(files.KINDS)], Random(number))  # noqa: S311 - repeatable
        try:
            verdict = judge.judge_result(data, number, judged)
        except Exception as error:  # noqa: BLE001 - as the guard does
            verdict = Verdict(problem=str(error))
        found += [verdict.problem] if verdict.problem else []
    return found


def drops_the_last_phrase(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    documents = made.documents()
    tracks = [each for each in documents if each["type"] == "track"]
    if tracks:
        tracks[-1]["phrases"].pop()
    return Made([json.dumps(each).encode() for each in documents], made.head)


def loses_the_last_part(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    return Made(made.parts[:-1], made.head)


def stores_a_phrase_twice(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    return Made([part.replace(b'"phrases":[{"index":0', b'"phrases":[{"index":1') for part in made.parts], made.head)


def takes_bytes_after_the_end(chunks: Iterable[bytes]) -> Made:
    data = b"".join(chunks)
    return readers.split([data[: data.rindex(b"}") + 1]] if b"}" in data else [data])


def mixes_up_texts(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    return Made([part.replace(b'"lexical":"', b'"lexical":"x') for part in made.parts], made.head)


def reads_one_chunk_only(chunks: Iterable[bytes]) -> Made:
    return readers.split(list(chunks)[:1])


def says_nothing(chunks: Iterable[bytes]) -> Made:
    try:
        return readers.split(chunks)
    except InvalidResult:
        raise InvalidResult("bad file") from None


def refuses_speakers(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    if any(b"_s1_" in part for part in made.parts):
        raise InvalidResult("byte 0: no speakers, please")
    return made


def crashes(chunks: Iterable[bytes]) -> Made:
    made = readers.split(chunks)
    if len(made.parts) > 2:
        raise IndexError(len(made.parts))
    return made


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (drops_the_last_phrase, "phrases were sent"),
        (loses_the_last_part, "the head does not name each part once"),
        (stores_a_phrase_twice, "is not the file's"),
        (takes_bytes_after_the_end, "accepted although"),
        (mixes_up_texts, "the combined texts are not the file's"),
        (reads_one_chunk_only, "chunks end otherwise"),
        (says_nothing, "does not say where"),
        (refuses_speakers, "refused although it is right"),
        (crashes, ""),
    ],
)
def test_the_oracle_catches_a_broken_reader(reader: "judge.Read", words: str) -> None:
    found = accepted(reader)
    assert any(words in problem for problem in found), found


def test_the_oracle_finds_nothing_in_the_apps_own_reader() -> None:
    assert accepted(readers.split) == []


def test_the_oracle_catches_messages_that_no_id_may_be_made_of() -> None:
    def job(body: bytes) -> list[Enqueued]:
        return [Enqueued(body.decode())]

    assert message_judge.judge_enqueued(b"../../x", job).problem == "job id '../../x'"
    assert message_judge.judge_enqueued(messages.JOB.encode(), job).right
    signed = Enqueued(messages.JOB, f"{messages.SELF}?sig=secret")
    assert "self_url" in str(message_judge.judge_enqueued(b"", lambda _: [signed]).problem)

    def file(name: str, run_number: int = 1) -> Verdict:
        message = FetchFile(messages.JOB, name, "Transcription", run_number)
        return message_judge.judge_work(b"", lambda _: message)

    assert "file id" in str(file("a/b").problem)
    assert "the number -1" in str(file("a", -1).problem)
    assert file("a").right

    def refuses(_: bytes) -> Enqueued:
        raise InvalidMessage("line\nERROR another line")

    assert "no log" in str(message_judge.judge_enqueued(b"x", refuses).problem)
    assert "refused although" in str(message_judge.judge_enqueued(messages.JOB.encode(), refuses).problem)


def hangs_at_two(case: int) -> Verdict:
    time.sleep(3_600 if case == 2 else 0)
    return Verdict(right=True)


def dies_at_one(case: int) -> Verdict:
    if case == 1:
        raise SystemExit(9)
    return Verdict(right=True)


def fills_the_memory_at_one(case: int) -> Verdict:
    assert case != 1 or bytearray(2**31)
    return Verdict(right=True)


def takes_its_time(case: int) -> Verdict:
    end = time.process_time() + 0.2 * case
    while time.process_time() < end:
        pass
    return Verdict(right=True)


def test_a_case_that_hangs_is_reported_and_the_others_go_on() -> None:
    ended = list(guarded(hangs_at_two, range(5), Limits(wall_seconds=5)))
    assert [each.verdict.right for each in ended] == [True, True, False, True, True]
    assert "hangs" in str(ended[2].verdict.problem)


def test_a_case_that_ends_its_process_is_reported_and_the_others_go_on() -> None:
    ended = list(guarded(dies_at_one, range(3)))
    assert [each.verdict.problem for each in ended] == [None, "the process died", None]


def test_a_case_that_takes_too_much_memory_or_time_is_reported() -> None:
    memory = list(guarded(fills_the_memory_at_one, range(3)))
    assert [each.verdict.right for each in memory] == [True, False, True]
    assert "MemoryError" in str(memory[1].verdict.problem)
    slow = list(guarded(takes_its_time, range(2), Limits(cpu_seconds=0.1)))
    assert [each.verdict.right for each in slow] == [True, False]
    assert "took" in str(slow[1].verdict.problem)


def test_a_great_file_that_ends_otherwise_is_a_problem() -> None:
    phrase = b'{"recognizedPhrases":[{"offsetInTicks":1,"durationInTicks":1}]}'
    assert flow.problem(giants.Giant("one", [phrase], 1)) is None
    assert flow.problem(giants.Giant("two", [phrase], 2)) == "accepted with 1 entries"
    assert flow.problem(giants.Giant("none", [phrase], ("PhraseTooLarge",))) == "accepted with 1 entries"
    assert "ResultCutShort" in str(flow.problem(giants.Giant("cut", [phrase[:-1]], 1)))


def test_rows_count_what_was_lost_and_name_the_slowest() -> None:
    cases = run.cases_of(run.FILE, 22, SEED)
    (row, *_) = run.rows(guarded(run.judged, cases[:2]))
    assert (row.group, row.fault, row.cases, row.lost) == ("bad input", f"{run.FILE}: {files.KINDS[0]}", 2, 0)
    assert "slowest" in row.note
