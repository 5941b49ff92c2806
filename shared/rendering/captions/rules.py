"""The numbers that captions keep, and named sets of them. docs/captions.md has their sources."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Rules:
    """Numbers that captions keep. Times are milliseconds.

    `line`: columns of a line. `lines`: of a cue. `speed`: characters a second. `shortest`, `longest`: how long a cue
    lasts. `gap`: between two cues of one voice. `linger`: how much longer than the speech a cue may stay, so that it
    can be read. `joined`: a pause of one voice that is shorter than this is closed up to the gap, since a caption that
    flickers is hard to read.
    """

    line: int = 42
    lines: int = 2
    speed: float = 20
    shortest: int = 833
    longest: int = 7_000
    gap: int = 83
    linger: int = 1_500
    joined: int = 250


PROFILES = {
    "netflix": Rules(line=42, lines=2, speed=20, linger=500, joined=500),
    "bbc": Rules(line=37, lines=2, speed=15, linger=1_500, joined=1_000),
}

LATEST = 1_500
"""How much later than it is spoken a cue may begin because others take its place, as long as a cue can be cut."""

LEAST = 100
"""A cue that is cut lasts at least this long."""


class Broken(StrEnum):
    """A rule that a cue could not keep, as it is reported."""

    LINES = "have more lines than allowed, or a longer one"
    SHORT = "are shown for less than {shortest} s"
    LATE = "begin later than their words"
    CUT = "end before their words, because others begin"
    GAP = "follow a cue of the same voice with less than {gap} s between"
    SPEED = "take more than {speed} characters a second to read"


class TimesFrom(StrEnum):
    """Where the times of a phrase's words come from."""

    DISPLAY_WORDS = "the display words"
    WORDS = "the words, aligned with the display text"
    PHRASE = "the phrase, shared out in proportion"


@dataclass
class Outcome:
    """What was written: cues, the rules that some of them could not keep, and where the times of phrases come from."""

    cues: int
    broken: Counter[Broken]
    times: Counter[TimesFrom]

    @classmethod
    def none(cls) -> "Outcome":
        """Return the outcome before anything is written."""
        return cls(0, Counter(), Counter())

    def times_from(self) -> str:
        """Return in words where the times of words come from; empty without phrases."""
        return "; ".join(f"{source} ({count})" for source in TimesFrom if (count := self.times[source]))

    def problems(self, rules: Rules) -> list[str]:
        """Return a sentence for each rule that could not be kept."""
        numbers = {"shortest": rules.shortest / 1_000, "gap": rules.gap / 1_000, "speed": f"{rules.speed:g}"}
        return [
            f"{self.broken[rule]} of {self.cues} cues {rule.format(**numbers)}" for rule in Broken if self.broken[rule]
        ]
