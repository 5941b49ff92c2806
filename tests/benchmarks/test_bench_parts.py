"""What benchmarks measure with: whole processes, generated files, the naive program, stored results, plots."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench import warm
from benchmarks.bench.__main__ import measured
from benchmarks.bench.child import REPOSITORY, ChildFailed, run
from benchmarks.bench.files import FIVE_MINUTES, LARGE, LARGEST, MEDIUM, Call, content
from benchmarks.bench.registry import Benchmark
from benchmarks.bench.results import load, result, save
from benchmarks.bench.shown import Shown, median_and_spread
from benchmarks.naive import documents
from shared.domain.speech_result import MAX_COMBINED_BYTES


def test_the_memory_of_the_measuring_process_does_not_count() -> None:
    held = bytes(200 * 1024 * 1024).replace(b"\0", b"x")
    assert run([sys.executable, "-I", "-S", "-c", "pass"]).peak_mib < 50
    assert len(held) == 200 * 1024 * 1024


def test_the_memory_of_the_measured_process_counts() -> None:
    hungry = "held = bytes(100 * 1024 * 1024).replace(b'\\0', b'x')"
    assert run([sys.executable, "-I", "-S", "-c", hungry]).peak_mib > 100


def test_a_process_that_fails_is_an_error() -> None:
    with pytest.raises(ChildFailed, match="exit code 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_generated_file_has_about_the_wanted_size() -> None:
    assert sum(map(len, content(MEDIUM))) == pytest.approx(8e6, rel=0.01)


@pytest.mark.parametrize("call", [LARGE, LARGEST])
def test_no_text_of_a_channel_is_too_large(call: Call) -> None:
    short = Call(1.0, call.channels)
    texts = json.loads(b"".join(content(short)))["combinedRecognizedPhrases"]
    assert max(len(json.dumps(each)) for each in texts) * call.hours < MAX_COMBINED_BYTES * 0.9


def test_the_app_makes_the_documents_of_the_naive_programs_phrases() -> None:
    whole = b"".join(content(FIVE_MINUTES))
    phrases = len(json.loads(whole)["recognizedPhrases"])
    made = [json.loads(document) for document in warm.split(whole)]
    assert made[-1]["phraseCount"] == phrases == len(warm.naive_split(whole)) - 1
    assert warm.read(whole) == phrases


def test_the_fetch_sends_the_documents_of_the_split() -> None:
    whole = b"".join(content(FIVE_MINUTES))
    sent = [operation["resourceBody"] for body in warm.fetch(whole) for operation in json.loads(body)]
    assert sent == [json.loads(document) for document in warm.split(whole)]


def test_what_was_measured_before_a_failure_is_kept(tmp_path: Path) -> None:
    def failing() -> Iterator[list[int]]:
        yield [1]
        raise ChildFailed

    one = Benchmark("one", list[int], failing, lambda _: Shown(""))
    file = tmp_path / "measured.json"
    with pytest.raises(ChildFailed):
        measured({}, [one], file)
    assert load(file)["one"].data == [1]


def test_the_naive_program_prints_a_document_for_each_phrase_and_one_for_the_recording(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(b"".join(content(Call(0.05))))
    program = str(REPOSITORY / "benchmarks" / "naive.py")
    printed = subprocess.run([sys.executable, program, str(file)], check=True, capture_output=True).stdout.splitlines()  # noqa: S603 - our own
    read = json.loads(file.read_bytes())
    assert [json.loads(line) for line in printed] == json.loads(json.dumps(documents(read)))
    phrases = read["recognizedPhrases"]
    assert len(printed) == len(phrases) + 1
    first = json.loads(printed[0])
    assert first["display"] == phrases[0]["nBest"][0]["display"]
    assert len(first["words"]) == len(phrases[0]["nBest"][0]["words"])


def test_results_are_stored_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    made = result({"speed": [1.5, 2.0]}, 3.21)
    save({"b": made, "a": made}, file)
    assert load(file) == {"a": made, "b": made}
    assert list(load(file)) == ["a", "b"]


def test_a_figure_shows_its_median_and_spread() -> None:
    assert median_and_spread([3, 1, 2000.5], 1) == "3.0 (1.0 to 2,000.5)"
