"""A database of many jobs, and a job of many recordings: pages have limits. Many requests at once."""

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from playwright.sync_api import expect

from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.adapters.cosmos import CosmosJobs
from shared.adapters.cosmos.client import as_item, call, connect
from shared.cli.reader import Reader
from shared.cli.serving.store import JOBS_A_PAGE, RECORDINGS_SHOWN
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.domain.job import FileCounts, Job, Status
from tests.serving.conftest import Serving, Visit, start_serving
from tests.serving.world import CALL, IN_ORDER, WHOLE, World, job_id

SAME, ALL = range(30, 70), range(90)
"""Numbers of jobs that one message named, so they were accepted at the same time; and of all jobs."""

LARGE = job_id(99)
RECORDINGS = RECORDINGS_SHOWN + 2


def id_of(number: int) -> str:
    """Return the id of a job by its age: 0 is the newest."""
    return f"00000000-0000-4000-8000-00000000{number:04}"


@pytest.fixture(scope="module")
def many(cosmos: Cosmos, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a `serve` with many jobs, among them 40 of the same time, and one job with more recordings than a page."""
    name = f"serve-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    database = connect(cosmos.endpoint, cosmos.key, name)
    jobs = CosmosJobs(database, None)
    for number in ALL:
        minute = 99 - (min(SAME) if number in SAME else number)
        accepted = f"2026-11-02T{minute // 60:02}:{minute % 60:02}:00.000000Z"
        jobs.create(Job(id=id_of(number), status=Status.EXPIRED, accepted_at=accepted))
    files = FileCounts(expected=RECORDINGS, ingested=RECORDINGS)
    jobs.create(Job(id=LARGE, status=Status.COMPLETED, accepted_at="2026-11-01T00:00:00Z", files=files))
    head = Reader(world.app.database).head(FileKey(WHOLE, CALL.id))
    container = database.get_container_client(TRANSCRIPTS.name)
    for number in range(RECORDINGS):
        call(container.create_item, as_item(msgspec.structs.replace(head, job_id=LARGE, file_id=f"f{number}"), None))
    settings = {"COSMOS_ENDPOINT": cosmos.endpoint, "COSMOS_KEY": cosmos.key, "COSMOS_DATABASE": name}
    running = start_serving(settings, tmp_path_factory.mktemp("many"))
    running.enter()
    yield running
    running.stop()


def test_pages_of_the_list_have_every_job_once_also_those_of_one_message(many: Serving) -> None:
    path, found = "/", []
    for _ in range(10):
        html = many.get(path).text
        ids = re.findall(r'<tr role="row" data-key="([^"]+)"', html)
        assert 0 < len(ids) <= JOBS_A_PAGE + len(SAME)
        found.append(ids)
        if 'rel="next"' not in html:
            break
        path = re.findall(r'href="([^"]+)" rel="next"', html)[0]
    assert len(found) > 1
    listed = [each for ids in found for each in ids]
    assert sorted(listed) == sorted([*map(id_of, ALL), LARGE])
    before, after = listed[: min(SAME)], listed[max(SAME) + 1 :]
    assert before == [id_of(number) for number in range(min(SAME))]
    assert after == [*(id_of(number) for number in range(max(SAME) + 1, len(ALL))), LARGE]


def test_a_job_of_many_recordings_shows_some_and_says_where_all_are(many: Serving) -> None:
    html = many.get(f"/{LARGE}").text
    assert len(re.findall('<tr role="row" data-key="', html)) == RECORDINGS_SHOWN
    assert f"These are {RECORDINGS_SHOWN} of the {RECORDINGS} recordings" in html
    assert f"speech2cosmos show {LARGE}" in html


def test_many_requests_at_once_get_their_own_answers(serving: Serving) -> None:
    paths = [f"/{job}" for job in IN_ORDER] * 4 + [f"/{WHOLE}/{CALL.id}"] * 8
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda path: (path, serving.get(path)), paths))
    for path, answer in answers:
        assert answer.status == 200
        assert path.split("/")[1] in answer.text
        assert answer.text.endswith("</html>\n")


def test_the_list_has_new_jobs_when_a_person_comes_back_to_it_and_follows_them(
    visit: Visit, many: Serving, cosmos: Cosmos
) -> None:
    page = visit("/", server=many).page
    page.get_by_role("searchbox").fill("newest")
    expect(page.locator("#filtered")).to_contain_text("0 of")
    jobs = CosmosJobs(connect(cosmos.endpoint, cosmos.key, many.database), None)
    new = Job(id=job_id(98), status=Status.PENDING, accepted_at="2026-11-03T00:00:00Z", display_name="The newest")
    jobs.create(new)
    page.clock.run_for(5_000)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    row = page.locator("#jobs tr:visible")
    expect(row).to_contain_text("pending")
    expect(page.get_by_role("searchbox")).to_be_focused()
    jobs.update(new.id, lambda job: msgspec.structs.replace(job, status=Status.FAILED))
    page.clock.run_for(16_000)
    expect(row).to_contain_text("failed")
