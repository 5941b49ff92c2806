"""`read`: the conversation of a recording, on a terminal and through a pipe."""

import re
from collections.abc import Iterator

import pytest

from shared.bootstrap import App
from shared.rendering.wrapping import columns
from tests.cli.conftest import WHOLE_JOB, Run, World
from tests.cli.storing import remove_job, store_job, store_recording
from tests.cli.terminals import on_terminal
from tests.rendering.making import phrase

JOB = "00000000-0000-4000-8000-00000000ea01"
FILE = "00000000-0000-4000-8000-00000000eaf1"
OTHER = "00000000-0000-4000-8000-00000000eaf2"
HOSTILE = "00000000-0000-4000-8000-00000000ea02"

CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[tuple[str, str]]:
    """Give a job with a stereo call, and a recording that is mono on two channels."""
    store_job(world, JOB, "Two calls", {"channel.0": "Agent", "channel.1": "Customer"})
    phrases = [
        phrase("Good morning, this is Anna. " * 3, 1, 9),
        phrase("Yes.", 8, 10, channel=1),
        phrase("Bye.", 70, 71),
    ]
    store_recording(world, JOB, FILE, phrases, durationInTicks=720_000_000, timestamp="2026-11-02T09:00:00Z")
    twice = [phrase("Same.", 1), phrase("Same.", 1, channel=1)]
    store_recording(world, JOB, OTHER, twice, name="mono.wav")
    yield JOB, FILE
    remove_job(world, JOB)


def test_a_pipe_gets_plain_text_of_80_columns(run: Run, here: World, call: tuple[str, str]) -> None:
    ran = run("read", *call)
    assert (ran.code, ran.error) == (0, "")
    assert ran.out.splitlines()[:2] == ["call 1.wav", "Two calls"]
    assert re.search(r"^transcribed 2026-11-02 \d\d:00:00 [+-]\d{4}, 1 min 12 s$", ran.out, re.MULTILINE)
    assert ran.out.endswith(
        "\n"
        "0:01  Agent     Good morning, this is Anna. Good morning, this is Anna. Good\n"
        "                morning, this is Anna.\n"
        "0:08  Customer  [over Agent] Yes.\n"
        "      ─── 1 min 00 s of silence ────────────────────────────────────────────────\n"
        "1:10  Agent     Bye.\n"
    )
    assert here


def test_a_terminal_gets_colours_and_its_own_width(world: World, call: tuple[str, str]) -> None:
    code, shown = on_terminal("read", *call, "--no-pager", columns=50, environment=world.settings)
    assert code == 0
    assert "\x1b[1mcall 1.wav\x1b[0m" in shown
    assert len({match[0] for match in re.finditer(r"\x1b\[3\dm(?=Agent|Customer)", shown)}) == 2
    lines = CODES.sub("", shown).splitlines()
    assert max(map(columns, lines)) == 50
    assert "0:08  Customer  [over Agent] Yes." in lines


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_the_same_text(
    world: World, call: tuple[str, str], plain: dict[str, str]
) -> None:
    _, coloured = on_terminal("read", *call, "--no-pager", environment=world.settings)
    code, shown = on_terminal("read", *call, "--no-pager", environment=world.settings | plain)
    assert code == 0
    assert shown == CODES.sub("", coloured) != coloured


def test_colours_can_be_asked_for_without_a_terminal(run: Run, here: World, call: tuple[str, str]) -> None:
    ran = run("read", *call, "--color", "always")
    assert CODES.sub("", ran.out) == run("read", *call).out != ran.out
    assert here


def test_the_pager_shows_it_on_a_terminal_and_only_there(run: Run, here: World, call: tuple[str, str]) -> None:
    pager = "sed -e s/^/paged:/"
    code, shown = on_terminal("read", *call, environment=here.settings | {"PAGER": pager})
    assert code == 0
    assert all(line.startswith("paged:") for line in shown.splitlines())
    assert "paged:" not in on_terminal("read", *call, "--no-pager", environment=here.settings | {"PAGER": pager})[1]
    assert "paged:" not in run("read", *call).out


def test_a_pager_that_ends_early_is_no_error(world: World, call: tuple[str, str]) -> None:
    code, shown = on_terminal("read", *call, environment=world.settings | {"PAGER": "head -n 1"})
    assert (code, CODES.sub("", shown)) == (0, "call 1.wav\n")


def test_a_channel_that_mirrors_another_is_shown_once_or_on_demand(
    run: Run, here: World, call: tuple[str, str]
) -> None:
    once, both = run("read", call[0], OTHER).out, run("read", call[0], OTHER, "--all-channels").out
    assert once.count("Same.") == 1
    assert "Channel 1 is left out because it holds the same talk as channel 0.\n--all-channels shows it.\n" in once
    assert both.count("Same.") == 2
    assert "--all-channels" not in both
    assert here


def test_times_and_speakers_choose(run: Run, here: World, call: tuple[str, str]) -> None:
    assert "Yes." not in run("read", *call, "--from", "1:00").out
    assert "Bye." not in run("read", *call, "--to", "1:00").out
    only = run("read", *call, "--speaker", "customer").out
    assert "Yes." in only
    assert "Agent" not in only
    nobody = run("read", *call, "--speaker", "Ben")
    assert (nobody.code, nobody.out) == (1, "")
    assert "nobody is called 'Ben'; there is Agent, Customer" in nobody.error
    assert here


def test_a_moment_is_marked_with_what_was_said_before(run: Run, here: World, call: tuple[str, str]) -> None:
    marked = run("read", *call, "--at", "0:08.4").out
    assert "\n> 0:08  Customer  [over Agent] Yes.\n" in marked
    assert "\n  0:01  Agent     Good morning" in marked
    between = run("read", *call, "--at", "0:35").out
    assert "0:01  Agent     Good morning" in between
    assert "\n> 0:08  Customer  [over Agent] Yes.\n" in between
    late = run("read", *call, "--at", "1:10").out
    assert "\n> 1:10  Agent     Bye.\n" in late
    assert "Yes." not in late
    assert here


def test_one_of_several_recordings_has_to_be_named(run: Run, here: World, call: tuple[str, str]) -> None:
    ran = run("read", call[0])
    assert (ran.code, ran.out) == (2, "")
    assert f"{FILE}  call 1.wav  contenturl_0.json\n{OTHER}  mono.wav  contenturl_0.json\n" in ran.error
    for name in ("call 1.wav", "CALL 1", FILE[:36], FILE.upper()):
        assert run("read", call[0], name).out.startswith("call 1.wav\n")
    several = run("read", call[0], "contenturl_0")
    assert (several.code, several.out) == (2, "")
    assert f"{FILE}  call 1.wav  contenturl_0.json\n{OTHER}  mono.wav  contenturl_0.json\n" in several.error
    assert "Speaker 1" in run("read", WHOLE_JOB).out
    assert here


def test_a_recording_that_was_replaced_meanwhile_is_an_error(run: Run, here: World, call: tuple[str, str]) -> None:
    transcripts = App.from_env(here.settings).database.get_container_client("transcripts")
    part = transcripts.read_item("0123456789ab_part_0000", [*call])
    transcripts.delete_item(part["id"], [*call])
    try:
        ran = run("read", *call)
    finally:
        transcripts.upsert_item(part)
    assert ran.code == 1
    assert f"part 0123456789ab_part_0000 of file {FILE} is gone: the file was written anew meanwhile" in ran.error
    assert ran.advice == ("the same command again",)


def test_hostile_texts_reach_a_terminal_without_their_codes(world: World) -> None:
    bad = "a\x1b[2Jb\x1b]0;title\x07c\x9b31md\u202ee\r\nf"
    store_job(world, HOSTILE, bad, {"channel.0": bad})
    try:
        store_recording(world, HOSTILE, FILE, [phrase(f"{bad} needle", 1)], name=bad, locale=bad)
        for words in (("read", HOSTILE, "--no-pager"), ("search", "needle", "--job", HOSTILE)):
            code, shown = on_terminal(*words, environment=world.settings)
            assert code == 0
            left = CODES.sub("", shown).replace("\r\x1b[K", "")
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", left)
            assert "a\ufffd[2Jb\ufffd]0;title\ufffdc\ufffd31md\ufffde f" in left.replace("\n", " ")
    finally:
        remove_job(world, HOSTILE)
