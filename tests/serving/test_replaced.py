"""A recording that is written anew, or that cannot be read to its end, while a person reads it."""

from playwright.sync_api import expect

from shared.adapters.cosmos.client import call
from shared.cli.reader import Reader
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileKey
from shared.domain.forgotten import forgotten_file
from tests.serving.conftest import Visit
from tests.serving.world import AGAIN, LONG, LONG_TURNS, REPLACED, World


def test_a_recording_that_is_replaced_says_so_and_leads_to_the_same_moment(visit: Visit, world: World) -> None:
    path = f"/{REPLACED}/{AGAIN.id}"
    tab, other = visit(path).page, visit(path).page
    tab.get_by_role("button", name="0:49").click()
    tab.get_by_role("searchbox").fill("chain")
    expect(tab.locator("#hits")).to_have_text("4 hits")
    height = tab.evaluate("() => window.scrollY")
    replaced = world.write_anew("This is the second time.")
    for page in (tab, other):
        page.clock.run_for(31_000)
        expect(page.locator("#notice-replaced")).to_contain_text(f"replaces {replaced}")
    expect(tab.get_by_role("searchbox")).to_have_value("chain")
    expect(tab.locator("#turn0 .say")).not_to_contain_text("second")
    assert abs(tab.evaluate("() => window.scrollY") - height) <= 200, "the notice may move the text, and no more"
    other.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    expect(other.locator("#notice-replaced")).to_be_in_viewport()
    other.get_by_role("button", name="Not now").click()
    expect(other.locator("#notice-replaced")).not_to_be_in_viewport()
    tab.get_by_role("button", name="Show it at 0:49").click()
    expect(tab.locator("#turn0 .say")).to_have_text("This is the second time.")
    expect(tab.locator("#clock")).to_have_text("0:49.0")
    expect(tab.locator(".notice")).to_have_count(0)
    expect(other.locator("#turn0 .say")).not_to_contain_text("second")
    other.goto(other.url.partition("#")[0] + f"#t=3.0&rev={replaced}")
    other.reload()
    expect(other.locator("#notice-revision")).to_contain_text(f"revision {replaced}, which was replaced")
    expect(other.locator("#clock")).to_have_text("0:03.0")


def test_a_recording_that_is_erased_while_it_is_read_says_so_and_is_gone_when_it_is_read_again(
    visit: Visit, world: World
) -> None:
    key, transcripts = FileKey(REPLACED, AGAIN.id), world.app.transcripts
    kept, stored = transcripts.items(REPLACED, AGAIN.id), transcripts.head(key)
    assert stored is not None
    tab = visit(f"/{REPLACED}/{AGAIN.id}", expected="410").page
    transcripts.forget(forgotten_file(key, stored.head.run, world.app.clock.now()), stored.etag)
    transcripts.clear(key)
    tab.clock.run_for(31_000)
    expect(tab.locator("#notice-replaced")).to_contain_text("erased on request while you read")
    expect(tab.locator("#turn0 .say")).to_be_attached()
    answer = tab.reload()
    assert answer is not None
    assert answer.status == 410
    expect(tab.locator(".state")).to_contain_text(f"recording {AGAIN.id} of job {REPLACED} was erased on request at")
    container = world.app.database.get_container_client(TRANSCRIPTS.name)
    for item in kept:
        call(container.upsert_item, item)


def test_what_was_read_is_shown_if_the_rest_is_gone(visit: Visit, world: World) -> None:
    head = Reader(world.app.database).head(FileKey(REPLACED, LONG.id))
    container = world.app.database.get_container_client(TRANSCRIPTS.name)
    assert len(head.turns.parts) > 2
    gone = head.turns.parts[-1]
    kept = call(container.read_item, gone, [REPLACED, LONG.id])
    call(container.delete_item, gone, [REPLACED, LONG.id])
    tab = visit(f"/{REPLACED}/{LONG.id}").page
    expect(tab.locator("#notice-broken")).to_contain_text("the rest is missing: part")
    turns = tab.locator("#talk > .turn").count()
    assert 0 < turns < LONG_TURNS
    tab.locator("#query").fill("turn 7,")
    tab.keyboard.press("Enter")
    expect(tab.locator("#hits")).to_have_text("1 of 1")
    call(container.upsert_item, kept)
    tab.get_by_role("button", name="Read it again").click()
    expect(tab.locator(f"#turn{LONG_TURNS - 1}")).to_be_attached()
    expect(tab.locator("#loading")).to_have_count(0)
    expect(tab.locator("#notice-broken")).to_have_count(0)
    assert tab.locator("#talk > .turn").count() == LONG_TURNS


def test_a_conversation_of_which_nothing_can_be_read_says_so(visit: Visit, world: World) -> None:
    head = Reader(world.app.database).head(FileKey(REPLACED, LONG.id))
    container = world.app.database.get_container_client(TRANSCRIPTS.name)
    first = call(container.read_item, head.turns.parts[0], [REPLACED, LONG.id])
    call(container.delete_item, head.turns.parts[0], [REPLACED, LONG.id])
    try:
        tab = visit(f"/{REPLACED}/{LONG.id}").page
        expect(tab.locator("#talk")).to_have_text("The conversation could not be read.")
        expect(tab.locator("#notice-broken")).to_contain_text("is gone")
    finally:
        call(container.upsert_item, first)
