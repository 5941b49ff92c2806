"""How the command ends: exit codes, and what an error tells its user to try."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli.advice import advice_for, advised
from shared.cli.exits import Exit, exit_of
from shared.errors import (
    Denied,
    InvalidMessage,
    Misconfigured,
    NotFound,
    NoToken,
    PartlyDone,
    Speech2CosmosError,
    Transient,
)
from shared.errors import WrongUsage as Wrong
from tests.cli.conftest import WHOLE_JOB, Run, World, environment_for_a_process
from tests.cli.terminals import COMMAND


def every_error(base: type[Speech2CosmosError] = Speech2CosmosError) -> list[type[Speech2CosmosError]]:
    return [base, *(each for child in base.__subclasses__() for each in every_error(child))]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_an_exit_code_and_advice(kind: type[Speech2CosmosError]) -> None:
    error = kind(["A: is missing"]) if kind is Misconfigured else kind("a reason")
    assert exit_of(error) is not Exit.DONE
    assert advice_for(error)
    assert "\n" not in advice_for(error)
    assert advice_for(advised(error, "something else")) == "something else"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Wrong("x"), 2),
        (InvalidMessage("x"), 2),
        (Misconfigured(["x"]), 2),
        (Denied("x"), 4),
        (NoToken("x"), 4),
        (NotFound("x"), 1),
        (PartlyDone("x"), 3),
        (Transient("x"), 1),
    ],
)
def test_the_exit_code_says_who_can_act(error: Speech2CosmosError, code: int) -> None:
    assert exit_of(error) == code


def test_without_settings_and_without_a_stack_the_way_to_one_is_named(run: Run) -> None:
    ran = run("jobs")
    assert (ran.code, ran.out) == (2, "")
    assert "`make up` starts" in ran.advice[0]
    assert "speech2cosmos connect" in ran.advice[0]


def test_who_is_not_signed_in_is_told_how_to(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_ENDPOINT", "https://account.invalid")
    monkeypatch.setenv("PATH", "")  # no az, azd or pwsh that could be signed in
    ran = run("jobs")
    assert (ran.code, ran.out) == (4, "")
    assert ran.error.startswith("error: Cosmos DB: ClientAuthenticationError: ")
    assert ran.advice[0].startswith("`az login`")


def test_a_wrong_key_is_named_as_such(run: Run, here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_KEY", "d3Jvbmcga2V5IHRoYXQgaXMgbG9uZyBlbm91Z2g=")
    ran = run("jobs")
    assert (ran.code, ran.out) == (4, "")
    assert "answered 401" in ran.error
    assert "key" in ran.advice[0]
    assert here


def test_a_wrong_database_is_named_as_such(run: Run, here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_DATABASE", "elsewhere")
    ran = run("jobs")
    assert (ran.code, ran.out) == (1, "")
    assert "answered 404" in ran.error
    assert "COSMOS_DATABASE" in ran.advice[0]
    assert here


@pytest.mark.parametrize(
    ("arguments", "command"),
    [(("jobs", "--colour"), "speech2cosmos jobs"), (("poison", "requeue", "--al"), "speech2cosmos poison requeue")],
)
def test_an_unknown_option_is_an_error_with_the_command_that_explains_them(
    run: Run, arguments: tuple[str, ...], command: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.error.startswith("error: No such option: ")
    assert ran.advice == (f"{command} -h",)


@pytest.mark.parametrize("arguments", [(), ("poison",), ("speech",)])
def test_without_a_command_the_help_is_printed_as_an_error(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.error.startswith("Usage: speech2cosmos")


def test_verbose_shows_where_it_failed_and_no_key_or_signature(here: World) -> None:
    ran = process("jobs", "--verbose", **{**here.settings, "COSMOS_DATABASE": "elsewhere"})
    assert "Traceback (most recent call last):" in ran.stderr
    assert "info azure." in ran.stderr
    assert "/dbs/elsewhere" in ran.stderr
    assert here.settings["COSMOS_KEY"] not in ran.stderr
    assert "sig=" not in ran.stderr


def process(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process of its own, since it changes the process's logging."""
    return subprocess.run(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment_for_a_process(**environment),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_a_broken_pipe_is_silent(here: World) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    ran = subprocess.run(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", COMMAND, "show", WHOLE_JOB, "--json"],
        env=environment_for_a_process(**here.settings),
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    os.close(theirs)
    assert (ran.returncode, ran.stderr) == (0, b"")
