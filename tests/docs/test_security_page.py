"""docs/security.md names tests that exist, and the roles that the Bicep assigns."""

import re
from pathlib import Path

import pytest

from infra.check.rights import ROLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
MAIN = (ROOT / "infra" / "main.bicep").read_text()
TESTS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
GRANT = re.compile(r"roleId: roles\.(\w+), principal: (\w+)")
BOUNDARIES = (
    "a message",
    "an answer of Speech",
    "a result file",
    "a `contentUrl`",
    "an operator's shell",
    "a page of `serve`",
)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without the heading row."""
    lines = PAGE[PAGE.index(f"## {heading}") :].splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    table = lines[begin + 1 :]
    end = next(number for number, line in enumerate(table) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


@pytest.mark.parametrize(("file", "test"), sorted(set(TESTS)))
def test_every_test_in_the_page_exists(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_every_threat_has_a_measure_and_a_test() -> None:
    found = rows("What stops what")
    assert len(found) > 15
    for boundary, threat, stops, tests in found:
        assert boundary
        assert threat
        assert stops
        assert re.search(r"`tests/[\w/]+\.py::\w+`", tests), threat


def test_every_built_boundary_has_a_row_and_others_are_marked_as_not_built() -> None:
    named = {row[0] for row in rows("What stops what")}
    assert named >= set(BOUNDARIES)
    said = {row[0]: row[1] for row in rows("Trust boundaries")}
    assert said["a webhook"] == said["a viewer's user"] == "not built yet"
    assert not (ROOT / "shared" / "pipeline" / "webhook.py").exists(), "the page says that it is not built yet"


def test_the_page_has_exactly_the_roles_of_the_bicep() -> None:
    given = {(role, who) for role, who in GRANT.findall(MAIN)}
    assert len(given) >= 8
    assert {(row[0].strip("`"), row[1]) for row in rows("Who may do what")} == given
    assert all(row[2] and row[3] for row in rows("Who may do what"))
    ids = dict(re.findall(r"^  (\w+): '([0-9a-f-]{36})'$", MAIN, re.MULTILINE))
    assert {ids[role] for role, _ in given} <= ROLES.keys()
