"""The forms in which `export` writes a recording, with the options that each of them takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from shared.cli.terminal.text import escaped_json
from shared.errors import WrongUsage
from shared.rendering.about import notes
from shared.rendering.captions.rules import PROFILES, Outcome, Rules
from shared.rendering.captions.text import srt, vtt
from shared.rendering.data import json_text
from shared.rendering.markdown import markdown
from shared.rendering.page import page
from shared.rendering.plain import plain_text
from shared.rendering.recording import Recording
from shared.rendering.rows import BYTE_ORDER_MARK, turn_rows


class Format(StrEnum):
    """A form of output, and the extension of its files."""

    TXT = "txt"
    MD = "md"
    SRT = "srt"
    VTT = "vtt"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Profile(StrEnum):
    """A named set of rules of captions."""

    NETFLIX = "netflix"
    BBC = "bbc"


CAPTIONS = frozenset({Format.SRT, Format.VTT})

ONLY_TABLES = frozenset({Format.JSONL, Format.PARQUET})
"""Forms of two tables with all recordings, which shared/cli/read/many writes. No recording is written alone so."""

TABLES = ONLY_TABLES | {Format.CSV}
"""Forms of two tables. CSV is also a form of a recording."""


@dataclass(frozen=True)
class Output:
    """A form of output with its options. `outcome` counts what captions could not keep, of all recordings."""

    form: Format
    separator: str = ","
    rules: Rules = field(default_factory=Rules)
    outcome: Outcome = field(default_factory=Outcome.none)

    def pieces(self, recording: Recording) -> Iterator[str]:
        """Yield the text of a recording in pieces."""
        match self.form:
            case Format.TXT:
                yield from plain_text(recording)
            case Format.MD:
                yield from markdown(recording)
            case Format.SRT:
                yield from srt(recording, self.rules, self.outcome)
            case Format.VTT:
                yield from vtt(recording, self.rules, self.outcome)
            case Format.CSV:
                yield BYTE_ORDER_MARK
                yield from turn_rows(recording, self.separator)
            case Format.JSON:
                yield from (escaped_json(piece.encode()).decode() for piece in json_text(recording))
            case Format.HTML:
                yield from page(recording)
            case Format.JSONL | Format.PARQUET:
                raise AssertionError(f"{self.form} is a form of tables only")

    def remarks(self, recording: Recording | None = None) -> list[str]:
        """Return sentences about what was written: what `recording` leaves out, and what captions could not keep."""
        # The page says it itself, and folds channels instead of leaving them out.
        left_out = notes(recording) if recording and self.form is not Format.HTML else ()
        times = self.outcome.times_from()
        return [*left_out, *[f"times from (phrases): {times}"] * bool(times), *self.outcome.problems(self.rules)]


def output_of(
    form: Format, separator: str | None, profile: Profile | None, numbers: Mapping[str, float | None]
) -> Output:
    """Return the output with these options. `numbers`: fields of Rules that were given; the others are the profile's.

    Raises WrongUsage for an option that the form does not take.
    """
    if separator is not None and (form is not Format.CSV or len(separator) != 1 or separator in '"\r\n'):
        raise WrongUsage(f"--sep {separator!r}: is one character, and only csv has a separator")
    given: dict[str, Any] = {name: number for name, number in numbers.items() if number is not None}
    if form not in CAPTIONS and (profile or given):
        raise WrongUsage(f"--profile, --line, --lines and --cps are for captions: srt and vtt, not {form}")
    return Output(form, separator or ",", replace(PROFILES[profile] if profile else Rules(), **given))
