"""Calls that are made up at random, always the same, for the questions; and what is true of them, computed simply."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tests.cli.many.calls import SALES, SUPPORT, UNKNOWN, Call, said

WORDS = (
    *("my", "refund", "order", "Refunds", "delivery", "r\u00e9fund", "late", "bicycle"),
    *("address", "ORDER", "please", "thanks", "Tuesday", "refund,", "parcel"),
)
LOCALES = (None, "en-US", "de-DE", "hi-IN")

NAMES = {(SALES, 0, None): "Agent", (SALES, 1, None): "Customer", (SUPPORT, -1, 1): "Anna"}
"""Names by job, channel (-1: any) and speaker. The others have the names that the command gives."""


@dataclass(frozen=True)
class Spoken:
    """A turn of a call, in seconds. No turn here has more than one phrase."""

    call: Call
    number: int
    begin: float
    end: float
    track: tuple[int, int | None]
    text: str
    sure: float
    mirrors: bool

    @property
    def name(self) -> str:
        """Who speaks."""
        channel, speaker = self.track
        given = NAMES.get((self.call.job, channel, speaker)) or NAMES.get((self.call.job, -1, speaker))
        stereo = len({each["channel"] for each in self.call.phrases}) > 1
        unnamed = f"Channel {channel}" if speaker is None else f"Speaker {speaker}"
        return given or (f"Channel {channel} {unnamed}" if stereo and speaker is not None else unnamed)


def generated() -> list[Call]:
    """Return thirty calls: stereo, diarized, mirrored, some silent."""
    random = Random(11)  # noqa: S311 - no secret
    return [_call(random, number) for number in range(100, 130)]


def _call(random: Random, number: int) -> Call:
    job = (SALES, SUPPORT, UNKNOWN)[number % 3]
    at = f"2026-11-{number % 5 + 10}T{number % 24:02}:00:00.000000Z"
    if number % 10 == 9:
        return Call(number, job, at, [], 20)
    locale = random.choice(LOCALES)
    phrases, begin, ends = [], random.uniform(0, 9), dict[tuple[int, int | None], float]()
    for _ in range(random.randrange(1, 30)):
        track = random.choice([(0, 1), (0, 2), (0, 3)] if job == SUPPORT else [(0, None), (1, None)])
        # After its own last phrase a track is silent for longer than the gap that ends a turn.
        begin = round(max(begin + random.choice((0.5, 1.5, 4, 4, 12)), ends.get(track, -9.0) + 3.5), 3)
        end = round(begin + random.choice((0.25, 2, 3, 6)), 3)
        text = " ".join(random.choices(WORDS, k=random.randrange(1, 6)))
        more: dict[str, str | int] = {"locale": locale} if locale else {}
        if track[1] is not None:
            more["speaker"] = track[1]
        phrases.append(said(begin, end, text, track[0], round(random.uniform(0.2, 1), 3), **more))
        if number % 10 == 6:
            phrases.append(said(begin, end, text, 1 - track[0], 0.9, **more))
        ends[track] = end
        begin = end if random.random() < 0.7 else begin
    return Call(number, job, at, phrases, round(max(ends.values()) + 5, 3))


def spoken(call: Call) -> list[Spoken]:
    """Return the turns of a call."""
    order = sorted(call.phrases, key=lambda each: (each["offsetInTicks"], each["channel"]))
    mirrored = call.number % 10 == 6 and bool(call.phrases)
    return [
        Spoken(
            call,
            number,
            each["offsetInTicks"] / 1e7,
            (each["offsetInTicks"] + each["durationInTicks"]) / 1e7,
            (each["channel"], each.get("speaker")),
            each["nBest"][0]["display"],
            each["nBest"][0]["confidence"],
            mirrored and each["channel"] == 1,
        )
        for number, each in enumerate(order)
    ]


def covered(spans: Sequence[tuple[float, float]], at_once: int) -> float:
    """Return for how long at least so many of the spans run. Looks at each piece between two of their ends."""
    edges = sorted({edge for span in spans for edge in span})
    return sum(
        after - before
        for before, after in pairwise(edges)
        if sum(begin <= before and after <= end for begin, end in spans) >= at_once
    )


def heard(calls: Sequence[Call]) -> Iterator[Spoken]:
    """Yield the turns of the calls that do not mirror."""
    for call in calls:
        yield from (turn for turn in spoken(call) if not turn.mirrors)
