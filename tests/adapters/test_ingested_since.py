"""The lists of recordings for export, in pages that begin where the last one ended."""

import uuid

import pytest
from azure.cosmos import ContainerProxy

from local.cosmos import Cosmos
from local.faults import Answer, Front, Rule
from local.provision import provision_cosmos
from shared.adapters.cosmos import connect
from shared.adapters.cosmos.ingested_since import recordings_of, recordings_since
from shared.domain.containers import TRANSCRIPTS

SINCE = "2026-11-02T00:00:00.000000Z"


@pytest.fixture
def empty(cosmos: Cosmos) -> str:
    """Give the name of a database without documents: the list is about all jobs."""
    name = f"adapters-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    return name


@pytest.fixture
def transcripts(cosmos: Cosmos, empty: str) -> ContainerProxy:
    return connect(cosmos.endpoint, cosmos.key, empty).get_container_client(TRANSCRIPTS.name)


def add(container: ContainerProxy, file: str, second: int, parts: int = 1) -> None:
    names = [f"part_{number}" for number in range(parts)]
    head = {"id": "transcript", "type": "transcript", "turns": {"parts": names}}
    container.upsert_item({**head, "jobId": f"job {file[0]}", "fileId": file, "ingestedAt": at(second)})
    container.upsert_item({"id": "part", "type": "part", "jobId": f"job {file[0]}", "fileId": file})


def at(second: int) -> str:
    return f"2026-11-02T00:00:{second:02}.000000Z"


def files(pages: list[list[dict[str, object]]]) -> list[str]:
    return [str(row["fileId"]) for page in pages for row in page]


@pytest.mark.parametrize("page", [1, 3, 100])
@pytest.mark.parametrize(
    "seconds", [[1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 2, 2, 3, 3], [1, 2, 2, 2, 2, 2, 3], [5, 5, 5, 5, 5, 5, 5]]
)
def test_every_recording_is_in_a_page_in_order_even_if_many_have_the_same_time(
    transcripts: ContainerProxy, page: int, seconds: list[int]
) -> None:
    for number, second in enumerate(seconds):
        add(transcripts, f"{number % 2} {number}", second)
    pages = list(recordings_since(transcripts, SINCE, page))
    rows = [row for rows in pages for row in rows]
    assert {str(row["fileId"]) for row in rows} == {f"{number % 2} {number}" for number in range(len(seconds))}
    times = [row["ingestedAt"] for row in rows]
    assert times == sorted(times)


def test_earlier_recordings_and_other_documents_are_left_out(transcripts: ContainerProxy) -> None:
    add(transcripts, "0 before", 1)
    add(transcripts, "1 then", 2, parts=3)
    transcripts.upsert_item({"id": "odd", "jobId": "job 1", "fileId": "1 odd", "ingestedAt": 5})
    assert list(recordings_since(transcripts, at(2))) == [
        [{"jobId": "job 1", "fileId": "1 then", "ingestedAt": at(2), "parts": 3}]
    ]
    assert list(recordings_since(transcripts, at(3))) == [[]]


def test_a_recording_that_moves_to_the_end_meanwhile_is_found_there_and_none_is_missed(
    transcripts: ContainerProxy,
) -> None:
    for number in range(6):
        add(transcripts, f"0 {number}", number)
    pages = recordings_since(transcripts, SINCE, 3)
    found = [next(pages)]
    add(transcripts, "0 1", 50)
    add(transcripts, "0 4", 51)
    found += pages
    assert set(files(found)) == {f"0 {number}" for number in range(6)}


def test_the_recordings_of_a_job_are_those_with_its_id(transcripts: ContainerProxy) -> None:
    for number in range(3):
        add(transcripts, f"{number % 2} {number}", number)
    assert sorted(row["fileId"] for row in recordings_of(transcripts, "job 0")) == ["0 0", "0 2"]


def test_a_page_that_fails_is_asked_for_again_alone(
    cosmos: Cosmos, between: Front, transcripts: ContainerProxy, empty: str
) -> None:
    for number in range(6):
        add(transcripts, f"0 {number}", number)
    behind = connect(between.origin, cosmos.key, empty).get_container_client(TRANSCRIPTS.name)
    pages = recordings_since(behind, SINCE, 3)
    first = next(pages)
    between.rules.append(Rule(Answer(503), method="POST", target="/docs", times=1))
    assert set(files([first, *pages])) == {f"0 {number}" for number in range(6)}
    assert between.rules[0].met == 1
