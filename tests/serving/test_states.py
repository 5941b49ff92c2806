"""The pages of jobs and recordings in each state, and how they change in place."""

import re

import pytest
from playwright.sync_api import expect

from shared.domain.job import Status
from tests.serving.conftest import Visit
from tests.serving.world import (
    BROKEN,
    CALL,
    FAILED,
    IN_ORDER,
    INGESTING,
    MOVING,
    PARTLY,
    PENDING,
    SILENCE,
    UNKNOWN,
    WHOLE,
    World,
    five_of,
)


def test_the_list_has_name_state_files_and_whole_id_of_each_job_the_newest_first(visit: Visit, world: World) -> None:
    shown = visit("/").page
    rows = shown.locator("#jobs tr")
    expect(rows).to_have_count(len(IN_ORDER))
    # A job that another test had written anew was accepted again.
    accepted = {job: stored.accepted_at for job in IN_ORDER if (stored := world.app.jobs.get(job))}
    newest_first = sorted(IN_ORDER, key=lambda job: accepted[job], reverse=True)
    assert [row.locator("code").inner_text() for row in rows.all()] == newest_first
    cells = {row.locator("code").inner_text(): re.sub(r"\s+", " ", row.inner_text()) for row in rows.all()}
    assert "without a name" in cells[UNKNOWN]
    assert "not found" in cells[UNKNOWN]
    assert "Calls of Friday" in cells[INGESTING]
    assert "ingesting 3 of 5" in cells[INGESTING]
    assert "pending none yet" in cells[PENDING]
    assert "failed none" in cells[FAILED]
    assert "completed with errors 0 of 1 1 failed 2 failed at Speech" in cells[PARTLY]
    assert "completed 2 of 2" in cells[WHOLE]
    assert all(re.search(r"\d+ (s|min|h)$", cell.strip()) for cell in cells.values())


def test_from_the_list_to_a_job_to_a_recording_and_back_by_keys_and_clicks(visit: Visit) -> None:
    shown = visit("/").page
    shown.get_by_role("link", name="Calls of Monday").focus()
    shown.keyboard.press("Enter")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Calls of Monday")
    expect(shown.locator("#state")).to_contain_text("All 2 files are in")
    shown.get_by_role("link", name="red touring bike.wav").click()
    expect(shown.locator("#turn0 .who")).to_have_text("Workshop")
    expect(shown.locator("#loading")).to_have_count(0)
    shown.get_by_role("navigation").get_by_role("link", name="Calls of Monday").click()
    expect(shown.locator("#state")).to_be_visible()
    shown.get_by_role("link", name="Jobs").click()
    expect(shown.locator("#jobs tr")).to_have_count(len(IN_ORDER))


@pytest.mark.parametrize(
    ("job", "told"),
    [
        (PENDING, ["pending", "Waiting for Speech", "Speech says Running."]),
        (INGESTING, ["ingesting", "3 of 5 files are in"]),
        (PARTLY, ["0 of 1 file is in", "1 was given up", "2 of its sources", f"speech2cosmos retry {PARTLY}"]),
        (FAILED, ["could not transcribe", "Who failed", "Speech", "InvalidAudio", "could not be decoded."]),
        (UNKNOWN, ["does not know", "Who failed", "speech2cosmos", f"speech2cosmos retry {UNKNOWN}"]),
    ],
)
def test_a_job_says_its_state_whose_failure_it_was_and_what_helps(job: str, told: list[str], visit: Visit) -> None:
    state = visit(f"/{job}").page.locator("#state")
    for each in told:
        expect(state).to_contain_text(each)


def test_a_job_lists_what_speech2cosmos_gave_up_apart_from_what_speech_could_not_do(visit: Visit) -> None:
    shown = visit(f"/{PARTLY}", permissions=["clipboard-read", "clipboard-write"]).page
    given_up = shown.locator("#failures section", has_text="Given up by speech2cosmos")
    expect(given_up).to_contain_text("InvalidResult")
    expect(given_up).to_contain_text("offsetInTicks is missing")
    given_up.get_by_role("button", name="Copy").click()
    expect(shown.locator("#toast")).to_have_text("Command copied")
    assert shown.evaluate("() => navigator.clipboard.readText()") == f"speech2cosmos retry {PARTLY} {BROKEN.id}"
    at_speech = shown.locator("#failures section", has_text="Failed at Speech")
    expect(at_speech.locator("li")).to_have_count(2)
    expect(at_speech.get_by_role("button")).to_have_count(0)


def test_a_recording_that_was_given_up_says_why_and_which_command_tries_it_again(visit: Visit) -> None:
    shown = visit(f"/{PARTLY}/{BROKEN.id}").page
    for each in ("given up", "speech2cosmos", "InvalidResult", f"speech2cosmos retry {PARTLY} {BROKEN.id}"):
        expect(shown.locator("#state")).to_contain_text(each)


def test_a_recording_without_talk_says_so(visit: Visit) -> None:
    expect(visit(f"/{WHOLE}/{SILENCE.id}").page.locator("#talk")).to_have_text("Nobody speaks in this recording.")


@pytest.mark.parametrize("path", [f"/{WHOLE}/nothing", f"/{WHOLE[:-1]}f", "/not-an-id", "/a/b/c", "/favicon.ico"])
def test_what_is_not_there_is_a_page_too(path: str, visit: Visit) -> None:
    shown = visit(path, expected="404").page
    expect(shown.get_by_role("heading", level=1)).to_have_text("Not found")
    shown.get_by_role("link", name="Jobs").click()
    expect(shown.locator("#jobs tr")).to_have_count(len(IN_ORDER))


def test_pages_of_a_job_in_progress_change_in_place_and_end(visit: Visit, world: World) -> None:
    job, waits, jobs = visit(f"/{MOVING}").page, visit(f"/{MOVING}/{five_of(MOVING)[4].id}").page, visit("/").page
    expect(job.locator("#recordings tbody tr")).to_have_count(3)
    expect(waits.locator("#state")).to_contain_text("not in yet")
    jobs.get_by_role("searchbox").fill("SATURDAY")
    expect(jobs.locator("#jobs tr:visible")).to_have_count(1)
    job.locator("#recordings a").nth(1).focus()
    kept = job.locator("#recordings tbody tr").first.element_handle()
    world.fetch_the_rest_of(MOVING)
    for page in (job, waits, jobs):
        page.clock.run_for(20_000)
    expect(job.locator("#state")).to_contain_text("All 5 files are in")
    expect(job.locator("#recordings tbody tr")).to_have_count(5)
    assert kept.evaluate("row => row.isConnected"), "rows that did not change stay the same elements"
    expect(job.locator("#recordings a:focus")).to_have_count(1)
    expect(waits.locator("#turn0 .say")).to_be_visible()
    expect(jobs.get_by_role("searchbox")).to_have_value("SATURDAY")
    expect(jobs.get_by_role("searchbox")).to_be_focused()
    expect(jobs.locator("#jobs tr:visible")).to_contain_text("completed")
    expect(jobs.locator("#jobs tr:visible")).to_contain_text("5 of 5")
    asked: list[str] = []
    job.on("request", lambda request: asked.append(request.url))
    job.clock.run_for(600_000)
    assert asked == [], "a state that ended is not asked for again"
    with job.expect_request(f"**/state/{MOVING}"):  # but when a person looks again, it is
        job.evaluate("() => window.dispatchEvent(new Event('focus'))")
    job_document = world.app.jobs.get(MOVING)
    assert job_document is not None
    assert job_document.status is Status.COMPLETED


def test_a_hidden_tab_does_not_ask(visit: Visit) -> None:
    shown = visit(f"/{PENDING}").page
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); "
    hide += "document.dispatchEvent(new Event('visibilitychange')) }"
    shown.evaluate(hide, True)
    shown.clock.run_for(600_000)
    assert asked == []
    with shown.expect_request(f"**/state/{PENDING}"):
        shown.evaluate(hide, False)
    with shown.expect_request(f"**/state/{PENDING}"):
        shown.clock.run_for(6_000)


def test_a_link_leads_to_its_moment_and_what_is_copied_has_no_token(visit: Visit) -> None:
    shown = visit(f"/{WHOLE}/{CALL.id}#t=49.0", permissions=["clipboard-read", "clipboard-write"]).page
    expect(shown.locator("#clock")).to_have_text("0:49.0")
    shown.get_by_role("button", name="Copy link", exact=True).click()
    expect(shown.locator("#toast")).to_contain_text("copied")
    link = shown.evaluate("() => navigator.clipboard.readText()")
    assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/{WHOLE}/{CALL.id}#t=49\.0&rev=[0-9a-f]{{12}}", link)
    shown.locator("#turn6").hover()
    shown.get_by_role("button", name="Copy quote").click()
    expect(shown.locator("#toast")).to_have_text("Quote copied")
    quote = shown.evaluate("() => navigator.clipboard.readText()")
    assert f"speech2cosmos open {WHOLE} {CALL.id} --at " in quote
    assert "http" not in quote
