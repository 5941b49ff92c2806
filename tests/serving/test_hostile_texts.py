"""Texts of jobs and failures are hostile: script, markup, controls, characters that reorder text, megabytes."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.adapters.cosmos import CosmosJobs
from shared.adapters.cosmos.client import as_item, call, connect
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileFailure, ReportDetail
from shared.domain.job import FailedFile, Failure, FileCounts, Job, ReportSummary, Retry, RetryCode, Status
from tests.rendering.page.test_hostile import BIDI, BREAKOUTS
from tests.serving.conftest import Serving, Visit, start_serving
from tests.serving.world import job_id

MARKUP, CONTROLS, HUGE = map(job_id, (50, 51, 52))
FILE = "11111111-1111-4111-8111-111111111111"
TEXTS = {MARKUP: " ".join(BREAKOUTS), CONTROLS: BIDI, HUGE: "W" * 50_000 + " " + "\u0939\u093f" * 10_000}
NOON = "2026-11-02T12:00:00.000000Z"


def job_of(job: str, text: str, status: Status = Status.COMPLETED_WITH_ERRORS) -> Job:
    """Return a job with a text in every field that a page shows."""
    report = ReportSummary(
        successful_transcriptions_count=1,
        failed_transcriptions_count=30,
        failures=[ReportDetail(text, "Failed", text, text)] * 2,
        file_id=FILE,
        revision="0123456789ab",
        parts=[],
        raw=None,
        run=1,
    )
    return Job(
        id=job,
        status=status,
        display_name=text,
        locale=text,
        speech_status=text,
        accepted_at=NOON,
        ended_at=NOON,
        files=FileCounts(expected=3, ingested=1, failed=30, failures=[FailedFile(FILE, text, text, text)] * 2),
        report=report,
        failure=Failure(text, text, "speech2cosmos"),
        retry=Retry(NOON, NOON, RetryCode.FETCH_FAILED, text),
    )


@pytest.fixture(scope="module")
def hostile(cosmos: Cosmos, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a `serve` whose database has hostile texts in every field."""
    name = f"serve-{uuid.uuid4().hex}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    database = connect(cosmos.endpoint, cosmos.key, name)
    for job, text in TEXTS.items():
        CosmosJobs(database, None).create(job_of(job, text))
        failure = FileFailure(
            id="failure",
            job_id=job,
            file_id=FILE,
            run=1,
            kind="Transcription",
            name=text,
            code=text,
            message=text,
            attempts=2,
            raw=None,
            failed_at=NOON,
            queue_message=None,
        )
        call(database.get_container_client(TRANSCRIPTS.name).create_item, as_item(failure, None))
    odd = {"id": job_id(53), "type": "job", "status": TEXTS[MARKUP], "acceptedAt": NOON, "displayName": TEXTS[MARKUP]}
    call(database.get_container_client("jobs").create_item, odd)
    settings = {"COSMOS_ENDPOINT": cosmos.endpoint, "COSMOS_KEY": cosmos.key, "COSMOS_DATABASE": name}
    running = start_serving(settings, tmp_path_factory.mktemp("hostile"))
    running.enter()
    yield running
    running.stop()


def test_markup_in_any_text_is_text(visit: Visit, hostile: Serving) -> None:
    for path in ("/", f"/{MARKUP}", f"/{MARKUP}/{FILE}"):
        page = visit(path, server=hostile).page
        page.evaluate("() => { globalThis.ran = () => { throw new Error('it ran') } }")
        page.clock.run_for(61_000)
        expect(page.locator("body")).to_contain_text(BREAKOUTS[2])
        assert page.locator("script").count() == 2
        for added in (
            "img",
            "svg",
            "link",
            "iframe",
            "[onclick], [onmouseover], [onfocus]",
            "meta[http-equiv=refresh]",
        ):
            assert page.locator(added).count() == 0
        assert all(href.startswith("/") or href == "#main" for href in hrefs(page))


def hrefs(page: Page) -> list[str]:
    """Return the addresses of all links."""
    found: list[str] = page.evaluate("() => [...document.links].map(link => link.getAttribute('href'))")
    return found


def test_a_document_that_cannot_be_read_is_named_and_the_others_are_listed(visit: Visit, hostile: Serving) -> None:
    page = visit("/", server=hostile).page
    expect(page.locator("#jobs tr")).to_have_count(len(TEXTS))
    expect(page.locator("#unread")).to_contain_text("1 document cannot be read")
    expect(page.locator("#unread")).to_contain_text(job_id(53))
    page = visit(f"/{job_id(53)}", server=hostile, expected="500").page
    expect(page.get_by_role("heading", level=1)).to_have_text("This page cannot be shown")
    expect(page.locator("#main")).to_contain_text("is no Job that this version can read")


def test_controls_and_characters_that_reorder_text_are_shown_as_such(visit: Visit, hostile: Serving) -> None:
    for path in ("/", f"/{CONTROLS}", f"/{CONTROLS}/{FILE}"):
        text = visit(path, server=hostile).page.locator("body").inner_text()
        assert "abc\ufffddcba\ufffd\ufffdx\ufffd" in text
        assert not set(text) & set("\u202e\u2066\u2067\u2069\u061c\u200f\x1b\x07\x00")


@pytest.mark.parametrize("width", [1280, 390])
def test_texts_of_any_length_leave_the_layout_whole(width: int, visit: Visit, hostile: Serving) -> None:
    for path in ("/", f"/{HUGE}", f"/{HUGE}/{FILE}"):
        page = visit(path, server=hostile, viewport={"width": width, "height": 800}).page
        assert page.evaluate("() => document.documentElement.scrollWidth") == width
        assert page.evaluate("() => document.documentElement.scrollHeight") < 6000
        assert len(hostile.get(path).text) < 150_000


def test_a_hostile_address_is_only_a_page_that_is_not_there(hostile: Serving) -> None:
    for path in (
        "/%3Cscript%3Eran()%3C/script%3E",
        "//evil.example/x",
        "/..%2f..%2fetc/passwd",
        f"/{MARKUP}/%00",
        "/a%0d%0aX:y",
    ):
        answer = hostile.get(path)
        assert answer.status == 404
        assert "<script>ran" not in answer.text
        assert 'href="//' not in answer.text
        assert "x" not in answer.headers


def test_a_wrong_time_of_older_jobs_finds_none_and_is_no_query(hostile: Serving) -> None:
    for before in ("'%20OR%201=1", "%22", "2026-11-02T12:00:00.000000Z", "x" * 5000):
        assert hostile.get(f"/?before={before}").status == 200
    assert "There are no older jobs." in hostile.get(f"/?before={NOON}").text
