"""Colours, pager, times and questions: what a user wants of the terminal, and what there is without one."""

import io
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.cli.terminal.colour import coloured
from shared.cli.terminal.output import retry_text
from shared.cli.terminal.times import age, local_time, since_of
from shared.cli.terminal.wishes import WISHES, Color, Wishes
from shared.domain.job import Retry, RetryCode
from shared.errors import WrongUsage
from tests.cli.conftest import Run, World
from tests.cli.terminals import on_terminal

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.mark.parametrize(
    ("environment", "color", "terminal", "wanted"),
    [
        ({"TERM": "xterm"}, Color.AUTO, True, True),
        ({"TERM": "xterm"}, Color.AUTO, False, False),
        ({"TERM": "dumb"}, Color.AUTO, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, Color.AUTO, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, Color.AUTO, True, True),
        ({"TERM": "xterm"}, Color.NEVER, True, False),
        ({"TERM": "dumb", "NO_COLOR": "1"}, Color.ALWAYS, False, True),
    ],
)
def test_the_option_decides_on_colours_then_the_environment_then_the_terminal(
    environment: dict[str, str], color: Color, *, terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = WISHES.set(Wishes(color=color))
    assert coloured(Terminal() if terminal else io.StringIO()) is wanted
    WISHES.reset(before)


def test_a_state_has_its_colour_on_a_terminal_and_always_its_word(here: World) -> None:
    for arguments, environment in ((["--color", "never"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
        _, got = on_terminal("jobs", *arguments, columns=120, environment={**here.settings, **environment})
        assert "\x1b" not in got
        assert " completed " in got
    _, got = on_terminal("jobs", columns=120, environment=here.settings)
    assert "\x1b[32mcompleted" in got


@pytest.mark.parametrize("arguments", [("--color", "always", "jobs"), ("jobs", "--color", "always")])
def test_the_options_of_all_commands_stand_before_or_after_the_command(
    run: Run, here: World, arguments: tuple[str, ...]
) -> None:
    assert "\x1b[32mcompleted" in run(*arguments).out
    assert "\x1b" not in run("jobs").out, "the next run does not remember it"
    assert here


@pytest.fixture
def pager(tmp_path: Path) -> str:
    """Return a pager that shows the first line, and says that it did."""
    file = tmp_path / "pager"
    file.write_text("#!/bin/sh\nhead -n 1\necho paged\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


SHOW = "from shared.cli.terminal.pager import print_paged; print_paged(f'line {n}\\n' for n in range(3))"


def test_a_pager_that_ends_early_ends_the_text_without_an_error(pager: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    text = (
        "from shared.cli.terminal.pager import print_paged\n"
        f"file = open({str(made)!r}, 'w')\n"
        "print_paged(f'line {n}\\n' for n in range(10_000_000) if file.write('.'))\n"
    )
    code, got = on_terminal(environment={"PAGER": pager}, program=text)
    assert (code, got) == (0, "line 0\npaged\n")
    assert made.stat().st_size < 1_000_000, "no more lines were made than the pager took"


@pytest.mark.parametrize("environment", [{"PAGER": ""}, {"PAGER": "/no/such/pager"}, {"TERM": "dumb"}])
def test_without_a_pager_the_text_is_printed(environment: dict[str, str], pager: str) -> None:
    code, got = on_terminal(environment={"PAGER": pager, **environment}, program=SHOW)
    assert (code, got) == (0, "line 0\nline 1\nline 2\n")


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("45m", "2026-11-29T11:15:00.000000Z"),
        ("12h", "2026-11-29T00:00:00.000000Z"),
        (" 2d ", "2026-11-27T12:00:00.000000Z"),
        ("2026-07-01", "2026-06-30T22:00:00.000000Z"),
        ("2026-11-01", "2026-10-31T23:00:00.000000Z"),
        ("90s", "2026-11-29T11:58:30.000000Z"),
        ("2026-11-28T14:00", "2026-11-28T13:00:00.000000Z"),
        ("2026-11-28 14:00:30", "2026-11-28T13:00:30.000000Z"),
        ("2026-11-28T14:00Z", "2026-11-28T14:00:00.000000Z"),
    ],
)
def test_since_is_a_length_or_a_local_time_or_a_date_that_begins_at_local_midnight(
    berlin: None, text: str, since: str
) -> None:
    assert since_of(text, NOW) == since
    assert berlin is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 days",
        "-3h",
        "1w",
        "2026-13-01",
        "999999d",
        "yesterday",
        "0001-01-01",
        "2026-11-28T25:00",
        "14:00",
        "20261128",
    ],
)
def test_a_since_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="give 45m, 12h, 2d, 2026-11-28 or 2026-11-28T14:00"):
        since_of(text, NOW)


def test_people_see_local_time_with_its_zone(berlin: None) -> None:
    assert local_time("2026-11-29T11:15:00.123456Z") == "2026-11-29 12:15:00 +0100"
    assert local_time("2026-07-01T10:00:00Z") == "2026-07-01 12:00:00 +0200"
    assert local_time("noon") == "noon"
    assert local_time("2026-07-01T10:00:00") == "2026-07-01T10:00:00", "no zone is made up"
    assert local_time(None) is berlin


def test_a_retry_says_in_local_time_since_when_and_when_next(berlin: None) -> None:
    retry = Retry("2026-11-29T11:15:00.5Z", "2026-11-29T12:15:00Z", RetryCode.FETCH_FAILED, "503")
    said = "FetchFailed: 503 (since 2026-11-29 12:15:00 +0100, next at 2026-11-29 13:15:00 +0100)"
    assert retry_text(retry) == said
    assert retry_text(None) is berlin


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2026-11-29T11:59:18Z", "42s"),
        ("2026-11-29T11:52:59Z", "7m"),
        ("2026-11-29T06:59:59Z", "5h"),
        ("2026-11-26T11:00:00Z", "3d"),
        ("2026-11-29T12:00:05Z", "0s"),
        (None, None),
        ("noon", "noon"),
    ],
)
def test_an_age_is_counted_in_its_largest_unit(stored: str | None, text: str | None) -> None:
    assert age(stored, NOW) == text


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process live in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
