"""What benchmarks measure with: whole processes, generated files, the naive program, stored results, plots."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench.child import REPOSITORY, ChildFailed, run
from benchmarks.bench.files import MEGABYTE_HOURS, calls
from benchmarks.bench.results import load, result, save
from benchmarks.bench.shown import median_and_spread
from benchmarks.naive import documents


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
    size = sum(map(len, calls(8 * MEGABYTE_HOURS)))
    assert size == pytest.approx(8e6, rel=0.1)


def test_the_naive_program_prints_a_document_for_each_phrase_and_one_for_the_recording(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(b"".join(calls(0.05)))
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
