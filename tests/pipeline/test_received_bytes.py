"""The size of an invalid file is that of all received bytes, not of the parsed ones."""

from pathlib import Path

import pytest

from shared.domain.documents import HEAD_ID, Transcript
from shared.errors import Transient
from tests.pipeline.world import World, fetch_message, large_result, report_file, result

CHUNK = 1024 * 1024
"""Bytes of one chunk, as from a real store."""

LARGE = large_result("b") * 7
"""Some MiB that follow the invalid byte."""

BAD_BEGINNINGS = {
    "not UTF-8": b'{"recognizedPhrases":[{"a":"\xff',
    "UTF-16": '{"recognizedPhrases":['.encode("utf-16"),
    "not JSON": b'{"recognizedPhrases":[,',
    "a list": b"[",
    "a wrong type": b'{"recognizedPhrases":[5,',
    "a phrase without times": b'{"recognizedPhrases":[{"nBest":[{"display":"Yes."}]},',
}


@pytest.mark.parametrize("beginning", BAD_BEGINNINGS.values(), ids=BAD_BEGINNINGS)
def test_a_large_file_with_an_invalid_beginning_is_given_up_at_the_first_attempt(beginning: bytes) -> None:
    world = World()
    world.contents.chunk = CHUNK
    body = beginning + LARGE
    assert len(body) > 3 * CHUNK
    world.put_job({"bad": body})
    world.speech.sizes["bad"] = len(body)
    world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.attempts) == ("InvalidResult", 1)
    assert "bytes came" not in failure.message
    assert world.script.counts()["open"] == 2, "it is downloaded once, and so is the report"


def test_an_invalid_file_with_missing_bytes_is_downloaded_again() -> None:
    world = World()
    world.contents.chunk = CHUNK
    body = BAD_BEGINNINGS["not UTF-8"] + LARGE
    world.put_job({"bad": body})
    world.speech.sizes["bad"] = len(body) + 1
    with pytest.raises(Transient, match=f"only {len(body)} of the {len(body) + 1} bytes came"):
        world.fetch(fetch_message("bad"), 1)
    assert world.failure("bad") is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"details":[,' + LARGE, "InvalidResult"),
        (b'{"details":[{"source":"\xff' + LARGE, "InvalidResult"),
        (b'{"details":[]' + b" " * 33 * CHUNK + b"}", "ReportTooLarge"),
    ],
    ids=["not JSON", "not UTF-8", "too large"],
)
def test_an_invalid_report_that_arrived_whole_is_given_up_at_the_first_attempt(body: bytes, code: str) -> None:
    world = World()
    world.contents.chunk = CHUNK
    world.put_job({"a": result("hello")}, report=body)
    world.speech.sizes["report"] = len(body)
    world.run()
    failure = world.failure("report")
    assert failure is not None
    assert (failure.code, failure.attempts) == (code, 1)


def test_size_in_bytes_counts_all_received_bytes() -> None:
    world = World()
    body = b"\xef\xbb\xbf" + result("hello") + b" \n"
    world.put_job({"a": body}, report=report_file("Succeeded"))
    world.run()
    head = world.file("a")[HEAD_ID]
    assert isinstance(head, Transcript)
    assert head.size_in_bytes == len(body)


CASES = Path(__file__).parents[1] / "domain" / "public_cases"
REFUSED = {"fast", "list", "utf16", "v2", "wrapped"}


@pytest.mark.parametrize("file", sorted(CASES.glob("*.json")), ids=lambda file: file.stem)
def test_each_public_case_is_in_or_given_up_at_the_first_attempt(file: Path) -> None:
    world = World()
    world.put_job({"a": file.read_bytes()}, reported=False)
    world.speech.sizes["a"] = file.stat().st_size
    world.run()
    failure = world.failure("a")
    assert world.script.counts()["open"] == 1
    assert (HEAD_ID in world.file("a"), failure is None) == (file.stem not in REFUSED,) * 2
    if failure is not None:
        assert (failure.code, failure.attempts) == ("InvalidResult", 1)
