"""The judges of the chaos cases see a loss, and the reporter shows it; these tests need no stack and are no chaos."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, CosmosClient

from local.azurite import Azurite
from local.cosmos import Cosmos
from local.faults import Exchange
from local.provision import provision_cosmos
from local.speech import FileSpec, JobSpec
from shared.adapters.blob import BlobArchive, blob_service
from shared.domain.documents import HEAD_ID
from tests.chaos.judge import State, closest, compare, content_digest, named
from tests.chaos.kinds import GAP_IN_TICKS, samples
from tests.chaos.outages import Outage, kind_of
from tests.chaos.reader import Reader
from tests.chaos.reporting import MEASURED, OF, PAGE, PLACE, ROOT, Reporter, Row, group_of
from tests.domain import reference, reference_head
from tests.waiting import eventually

JOB, OTHER = "9d7a6b51-6a55-4ab1-8b8d-6b6a5f3f2a01", "9d7a6b51-6a55-4ab1-8b8d-6b6a5f3f2a02"
FILE = FileSpec.of(JOB, "a.json")
HEAD: dict[str, Any] = {
    "jobId": JOB,
    "fileId": FILE.id,
    "id": HEAD_ID,
    "type": "transcript",
    "revision": "r1",
    "tracks": [{"parts": ["r1_0"]}],
    "combined": [],
    "turns": {"parts": []},
}
PART: dict[str, Any] = {
    "jobId": JOB,
    "fileId": FILE.id,
    "id": "r1_0",
    "type": "part",
    "revision": "r1",
    "words": 3,
}
RAW = {f"{JOB}/{FILE.id}/r1.json.gz": "hash"}
SPEC = JobSpec(id=JOB, files=(FILE,))


def state(*items: dict[str, Any], **job: Any) -> State:  # noqa: ANN401 - members of a document
    return named(SPEC, {"id": JOB, "status": "completed", **job}, list(items), RAW)


def test_equal_jobs_are_equal_whatever_their_ids_revisions_and_moments_are() -> None:
    other = FileSpec.of(OTHER, "a.json")
    own = {"jobId": OTHER, "fileId": other.id, "revision": "r2", "_ts": 5, "ingestedAt": "later"}
    items = [
        {**HEAD, **own, "tracks": [{"parts": ["r2_0"]}]},
        {**PART, **own, "id": "r2_0"},
    ]
    job = {"id": OTHER, "status": "completed", "pollCount": 7}
    found = named(JobSpec(id=OTHER, files=(other,)), job, items, {f"{OTHER}/{other.id}/r2.json.gz": "hash"})
    assert compare(state(HEAD, PART), found).words == []


@pytest.mark.parametrize(
    ("found", "lost", "duplicated"),
    [
        (state(HEAD), 1, 0),
        (state(HEAD, {**PART, "words": 4}), 1, 0),
        (state(HEAD, PART, status="failed"), 1, 0),
        (state(HEAD, PART, {**PART, "id": "r0_c0_0", "revision": "r0"}), 0, 1),
        (named(SPEC, {"id": JOB, "status": "completed"}, [HEAD, PART], {}), 1, 0),
        (named(SPEC, None, [], {}), 4, 0),
    ],
    ids=["part gone", "part differs", "job differs", "part of another revision", "raw blob gone", "all gone"],
)
def test_what_is_missing_differs_or_is_too_much_is_counted(found: State, lost: int, duplicated: int) -> None:
    verdict = compare(state(HEAD, PART), found)
    assert (verdict.lost, verdict.duplicated, len(verdict.words)) == (lost, duplicated, lost + duplicated)
    assert closest([found, state(HEAD, PART)], state(HEAD, PART)).words == []


def test_raw_blobs_compare_by_their_content_and_a_broken_one_differs(azurite: Azurite) -> None:
    content = bytes(range(256)) * 1000
    with blob_service(azurite.connection_string, None) as service:
        container = service.create_container("judged")
        for level in (1, 5):
            raw = BlobArchive(container, level).begin(f"level-{level}")
            raw.write(content)
            raw.commit()
        whole = container.download_blob("level-5", decompress=False).readall()
        assert container.download_blob("level-1", decompress=False).readall() != whole
        broken = {"not gzip": b"{}", "half": whole[: len(whole) // 2], "mixed": whole[:-20] + bytes(20)}
        for name, data in broken.items():
            container.upload_blob(name, data)
        right = hashlib.sha256(content).hexdigest()
        assert {content_digest(container, f"level-{level}") for level in (1, 5)} == {right}
        assert all(": " in content_digest(container, name) for name in broken)


def test_the_reference_finds_an_undisturbed_run_that_is_wrong() -> None:
    kind = samples()["reference"]
    name = next(iter(kind.files))
    right = reference_head.head(reference.load(kind.files[name]), GAP_IN_TICKS)
    kind.check(State(None, {f"{name}/transcript": right}, {}))
    with pytest.raises(AssertionError):
        kind.check(State(None, {f"{name}/transcript": {**right, "wordCount": right["wordCount"] + 1}}, {}))


@pytest.fixture
def transcripts(cosmos: Cosmos) -> Iterator[tuple[ContainerProxy, str]]:
    database = f"judges-{OTHER}"
    provision_cosmos(cosmos.endpoint, cosmos.key, database)
    with CosmosClient(cosmos.endpoint, cosmos.key) as client:
        yield client.get_database_client(database).get_container_client("transcripts"), database
        client.delete_database(database)


def test_a_reader_sees_a_head_whose_part_is_missing_or_of_another_revision(
    cosmos: Cosmos, transcripts: tuple[ContainerProxy, str]
) -> None:
    container, database = transcripts
    container.create_item(HEAD)
    with Reader(cosmos.endpoint, cosmos.key, database, [(JOB, FILE.id)]) as reader:
        eventually(lambda: any("not there" in words for words in reader.seen.words))
        container.create_item({**PART, "revision": "r0"})
        eventually(lambda: any("not r1" in words for words in reader.seen.words))
        container.upsert_item(PART)
        before = reader.seen.heads
        eventually(lambda: reader.seen.heads > before + 1)
        seen = reader.seen.half_visible
        eventually(lambda: reader.seen.heads > before + 3)
    assert seen == reader.seen.half_visible > 0


def asked(target: str, method: str = "GET") -> Exchange:
    return Exchange("cosmos", 1, method, target, {}, b"")


def test_each_kind_of_request_for_its_jobs_meets_an_outage_of_its_own() -> None:
    outage = Outage({JOB}, most=1)
    path = "/dbs/speech/colls/jobs/docs"
    assert outage(asked(f"{path}/{JOB}"))
    assert not outage(asked(f"{path}/{JOB}"))
    assert outage(asked(f"{path}/{JOB}", "PUT"))
    assert not outage(asked(f"{path}/{OTHER}", "DELETE"))
    assert not Outage({JOB}, seconds=-1.0)(asked(f"{path}/{JOB}"))
    assert kind_of(asked(f"{path}/{JOB}")) == kind_of(asked(f"{path}/{OTHER}")) != kind_of(asked(path))


def report(name: str, place: int, *, passed: bool = True, **row: Any) -> pytest.TestReport:  # noqa: ANN401 - a Row's
    return pytest.TestReport(
        nodeid=f"tests/chaos/test_lists.py::test_{name}",
        location=("", 0, ""),
        keywords={},
        outcome="passed" if passed else "failed",
        longrepr=None if passed else "E   lost | found",
        when="call",
        user_properties=[(PLACE, place), (OF, 2), (MEASURED, {"cases": 1, **row})],
        duration=1_234.4,
    )


def page_of(reports: list[pytest.TestReport], root: Path) -> str:
    page = root / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("".join(f"<!-- made: {name} -->\nold\n<!-- end -->\n" for name in ("summary", "lists")))
    reporter = Reporter(root)
    for each in reports:
        reporter.pytest_runtest_logreport(each)
    reporter.pytest_sessionfinish()
    return page.read_text()


def test_a_whole_run_makes_the_page_and_a_failed_case_is_shown_as_failed(tmp_path: Path) -> None:
    failed = report("short[2 pages]", 1, passed=False, lost=1, problems=["a.json: is not there"])
    page = page_of([failed, report("in_a_circle", 0, notes=["ends"])], tmp_path)
    first, second = (
        "| in a circle | 1 | 0 | 0 | 0 | 1,234 | ends |",
        "| short: 2 pages | 1 | 1 | 0 | 0 | 1,234 | **failed**",
    )
    assert page.index(first) < page.index(second)
    assert "| **all** | 2 | 1 | 0 | 0 | 2,469 | 1 |" in page
    assert "a.json: is not there" in page


def test_a_case_that_failed_before_it_measured_anything_is_shown_as_failed(tmp_path: Path) -> None:
    bare = report("short", 1, passed=False)
    bare.user_properties = bare.user_properties[:2]
    assert "| short | 0 | 0 | 0 | 0 | 1,234 | **failed**; E lost \\| found |" in page_of(
        [report("b", 0), bare], tmp_path
    )


def test_a_run_of_a_part_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    assert "old" in page_of([report("in_a_circle", 0)], tmp_path)


@pytest.mark.parametrize("figure", ["lost", "duplicated", "half_visible"])
def test_a_row_is_clean_only_if_nothing_is_lost_doubled_or_half_visible(figure: str) -> None:
    assert Row(cases=1).clean
    assert not Row(cases=1, **{figure: 1}).clean  # type: ignore[arg-type]  # a figure by its name


def test_the_page_has_a_table_for_every_file_of_cases() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    groups = {group_of(file) for file in files if "mark.chaos" in file.read_text() and file != Path(__file__)}
    assert set(re.findall(r"<!-- made: (.*) -->", (ROOT / PAGE).read_text())) == {"summary", *groups}
