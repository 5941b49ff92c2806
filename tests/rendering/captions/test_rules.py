"""The table of profiles in docs/captions.md has the numbers of the code."""

from dataclasses import asdict
from pathlib import Path

from shared.rendering.captions.rules import LATEST, PROFILES, Rules

PAGE = Path(__file__).parents[3] / "docs" / "captions.md"


def test_the_page_has_the_numbers_of_every_profile() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    shown = {row[0].partition(":")[0].strip("`"): row[1:] for row in rows}
    header = next(line for line in text.splitlines() if line.startswith("| | default"))
    assert [name.strip(" `") for name in header.strip("| ").split("|")[1:]] == list(PROFILES)
    profiles = [asdict(each) for each in (Rules(), *PROFILES.values())]
    assert shown == {name: [str(profile[name]) for profile in profiles] for name in profiles[0]}
    assert f"for at most\n{LATEST / 1000} s" in text
