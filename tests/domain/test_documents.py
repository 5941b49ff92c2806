"""Ids, times and sizes of documents."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.documents import (
    FAILURE_ID,
    HEAD_ID,
    FileFailure,
    ResultPart,
    part_id,
    part_name,
    report_name,
    utc,
)
from shared.domain.parts import encoded_size
from tests.domain.reading import as_json
from tests.domain.strategies import TEXTS

REVISIONS = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
NUMBERS = st.integers(0, 20_000)


@given(revision=REVISIONS, part=NUMBERS)
def test_document_ids_are_unique_and_use_only_letters_digits_underscores_and_hyphens(revision: str, part: int) -> None:
    ids = {
        HEAD_ID,
        FAILURE_ID,
        part_id(revision, part_name(part)),
        part_id(revision, report_name(part)),
    }
    assert len(ids) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,255}", each) for each in ids)


def test_document_ids_are_those_of_the_contract() -> None:
    assert (HEAD_ID, FAILURE_ID) == ("transcript", "failure")
    assert part_id("abc", part_name(0)) == "abc_part_0000"
    assert part_id("abc", part_name(12)) == "abc_part_0012"
    assert part_id("abc", part_name(12_345)) == "abc_part_12345"
    assert part_id("abc", report_name(7)) == "abc_report_0007"


MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@given(one=MOMENTS, other=MOMENTS)
def test_times_of_day_sort_as_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (utc(one) < utc(other))
    assert datetime.fromisoformat(utc(one)) == one


def test_a_time_of_day_is_written_in_utc_with_six_decimals() -> None:
    east = timezone(timedelta(hours=2))
    assert utc(datetime(2026, 11, 22, 1, 2, 3, tzinfo=east)) == "2026-11-21T23:02:03.000000Z"
    assert utc(datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)) == "2026-11-22T01:02:03.000004Z"


@given(text=TEXTS)
def test_the_encoded_size_is_that_of_compact_utf_8_json(text: str) -> None:
    assert encoded_size({"a": [text]}) == len(
        json.dumps({"a": [text]}, ensure_ascii=False, separators=(",", ":")).encode()
    )


def test_null_properties_are_written_and_an_unset_ttl_is_not() -> None:
    failure = FileFailure(
        id=FAILURE_ID,
        job_id="j",
        file_id="f",
        run=1,
        kind="Transcription",
        name=None,
        code="InvalidResult",
        message="byte 5",
        attempts=1,
        raw=None,
        failed_at="t",
        queue_message=None,
    )
    document = as_json(failure)
    assert (document["type"], document["schemaVersion"]) == ("fileFailure", 1)
    assert {"name", "raw", "queueMessage"} <= set(document)
    assert "ttl" not in document


@pytest.mark.parametrize("ttl", [3600])
def test_the_ttl_of_a_document_is_written_in_seconds(ttl: int) -> None:
    part = ResultPart(id="i", job_id="j", file_id="f", revision="r", part=0, tracks=[], combined=[], turns=[], ttl=ttl)
    assert as_json(part)["ttl"] == 3600
