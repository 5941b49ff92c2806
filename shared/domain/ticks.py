"""Times in the audio: integer ticks of 100 ns, converted from the three notations that Speech uses."""

import re
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from shared.errors import InvalidResult

TICKS_PER_SECOND = 10_000_000
TICKS_PER_MILLISECOND = 10_000

_LARGEST = 2**53
"""Greatest number of ticks, 28 years of audio. Most readers do not read greater JSON numbers exactly."""

_AMOUNT = r"\d{1,16}(?:\.\d{1,12})?"  # no more digits than Decimal computes with exactly
_ISO_DURATION = re.compile(
    rf"(?P<sign>-)?P(?:(?P<D>{_AMOUNT})D)?"
    rf"(?:T(?=\d)(?:(?P<H>{_AMOUNT})H)?(?:(?P<M>{_AMOUNT})M)?(?:(?P<S>{_AMOUNT})S)?)?",
    re.ASCII,
)
_SECONDS = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}

_InRange = Meta(ge=-_LARGEST, le=_LARGEST)

WholeNumber = Annotated[int, _InRange]
Number = WholeNumber | Annotated[float, _InRange]
"""A number in a result file. Speech sometimes writes integers as floats. msgspec refuses numbers out of range."""


def to_ticks(ticks: Number | None, milliseconds: Number | None, iso: str | None) -> int | None:
    """Return integer ticks from the first notation that is present: ticks, milliseconds, ISO 8601; None without any.

    A blank ISO text counts as absent. Ticks may be floats (`7600000.0`), as Speech writes them in some versions. Raises
    InvalidResult for a number that is too great, and for an invalid duration.
    """
    if ticks is not None:
        return _whole(ticks)
    if milliseconds is not None:
        return _whole(milliseconds * TICKS_PER_MILLISECOND)
    if iso and not iso.isspace():
        return parse_iso_duration(iso)
    return None


def parse_iso_duration(text: str) -> int:
    """Return the ticks of an ISO 8601 duration such as `PT1H2M3.4567S`.

    Raises InvalidResult for anything else, also for months and years, which have no fixed length.
    """
    match = _ISO_DURATION.fullmatch(text)
    if match is None or not any(match[unit] for unit in _SECONDS):
        raise InvalidResult(f"{text[:40]!r} is not an ISO 8601 duration such as PT0.76S")
    seconds = sum((Decimal(match[unit]) * size for unit, size in _SECONDS.items() if match[unit]), Decimal(0))
    ticks = _whole(int((seconds * TICKS_PER_SECOND).to_integral_value()))
    return -ticks if match["sign"] else ticks


def _whole(number: Number) -> int:
    if not -_LARGEST <= number <= _LARGEST:
        raise InvalidResult(f"a time of more than {_LARGEST} ticks cannot be stored exactly")
    return round(number)
