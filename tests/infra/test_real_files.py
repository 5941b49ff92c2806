"""The real Bicep is in order, and every mistake seeded into it is found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.check.problem import CLASSES
from infra.check.run import check
from infra.check.schema import BY_HAND, TYPES, resource_types
from infra.check.source import INFRA, Tree
from tests.infra.mutants import MUTANTS, Mutant


def test_the_real_files_have_no_problem() -> None:
    assert [str(problem) for problem in check(INFRA).problems] == []


def test_the_command_says_how_much_it_checked() -> None:
    done = subprocess.run([sys.executable, "-m", "infra.check"], capture_output=True, text=True, check=False)
    counts = [int(number) for number in re.findall(r"(\d+) ", done.stdout)]
    assert done.returncode == 0
    assert done.stdout.endswith(": no problem found\n")
    assert len(counts) == 5
    assert all(count >= 10 for count in counts)


def test_the_command_fails_where_there_is_nothing_to_check(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 1
    assert "main.bicep:1: nothing: it is not there" in done.stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_seeded_mistake_is_found_for_what_it_is(mutant: Mutant, tmp_path: Path) -> None:
    problems = check(mutant.write(tmp_path)).problems
    assert mutant.kind in {problem.kind for problem in problems}


def test_every_class_is_seeded_twice_at_least() -> None:
    kinds = [mutant.kind for mutant in MUTANTS]
    assert [kind for kind in CLASSES if kinds.count(kind) < 2] == []
    assert len(MUTANTS) >= 40


def test_an_edit_that_no_longer_applies_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 times, not once: mend the mutant"):
        Mutant("syntax", "infra/main.bicep", "no such text", "").write(tmp_path)


def test_the_cache_holds_the_types_that_the_bicep_uses_and_no_others() -> None:
    names = {path.name.removesuffix(".json").replace(".", "/").replace("/", ".", 1) for path in TYPES.glob("*.json")}
    assert names == Tree.of(INFRA).resource_types()


def test_what_is_written_by_hand_only_fills_what_the_database_lacks() -> None:
    lacking = {path.name for path in TYPES.glob("*.json") if '"body": null' in path.read_text("utf-8")}
    assert {path.name for path in BY_HAND.glob("*.json")} == lacking
    assert all(one.body for one in resource_types().values())
