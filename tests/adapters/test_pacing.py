"""The pacer with a simulated clock: even spacing, pauses, and a rate that falls and rises."""

import math
from itertools import pairwise

import pytest

from shared.adapters.pacing import (
    HIGHEST_RATE,
    IDLE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LONGEST_WAIT_SECONDS,
    LOWEST_RATE,
    PAUSE_SECONDS,
    SMALL_USE,
    SPREAD_SECONDS,
    START_RATE,
    Pacer,
)
from shared.errors import Paused
from shared.pipeline.signals import Signal
from tests.signals import signals


class Time:
    """A clock that moves only in `sleep`, and a constant in place of random numbers."""

    def __init__(self, chance: float = 0.0) -> None:
        self.seconds = 1000.0
        self.chance = chance

    def now(self) -> float:
        """Return the time in seconds."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        assert seconds > 0
        self.seconds += seconds

    def pacer(self) -> Pacer:
        """Return a pacer with this clock."""
        return Pacer(self.now, self.sleep, lambda: self.chance)


def asks(time: Time, pacer: Pacer, times: int) -> list[float]:
    """Send requests one after the other; return their times in seconds from now."""
    begun = time.seconds
    return [pacer.take(pacer.deadline()) - begun for _ in range(times)]


def sent_within(time: Time, pacer: Pacer, seconds: float) -> int:
    """Send requests as fast as the pacer allows for some seconds; return their number."""
    end, sent = time.seconds + seconds, 0
    while pacer.take(pacer.deadline()) < end:
        sent += 1
    return sent


def test_requests_are_spaced_evenly_from_the_first() -> None:
    time = Time()
    moments = asks(time, time.pacer(), 10)
    assert moments == pytest.approx([10 / START_RATE * number for number in range(10)])


def test_before_any_429_the_rate_doubles_every_ten_seconds_up_to_the_highest() -> None:
    time = Time()
    moments = asks(time, time.pacer(), 600)
    rates = [round(10 / (later - earlier)) for earlier, later in pairwise(moments)]
    assert sorted(set(rates)) == [START_RATE, 2 * START_RATE, HIGHEST_RATE]
    assert rates == sorted(rates)
    assert max(sum(begin <= moment < begin + 10 for moment in moments) for begin in moments) <= HIGHEST_RATE + 1


@pytest.mark.parametrize(
    ("told", "pause"),
    [(4.0, 4.0), (None, PAUSE_SECONDS), (0.0, 0.0), (1e9, LONGEST_PAUSE_SECONDS), (math.inf, LONGEST_PAUSE_SECONDS)],
)
def test_a_429_pauses_for_the_given_time_or_ten_seconds_up_to_a_limit(told: float | None, pause: float) -> None:
    time = Time()
    pacer = time.pacer()
    sent = pacer.take(pacer.deadline())
    pacer.refused(sent, told, "busy")
    begun = time.seconds
    assert pacer.take(begun + 2 * LONGEST_PAUSE_SECONDS) - begun == pytest.approx(max(pause, 10 / START_RATE))


def test_a_pause_ends_at_a_random_moment() -> None:
    ends = []
    for chance in (0.0, 0.5, 0.999):
        time = Time(chance)
        pacer = time.pacer()
        pacer.refused(pacer.take(pacer.deadline()), 5.0, "busy")
        ends.append(pacer.take(pacer.deadline()) - 1000.0)
    assert ends == pytest.approx([5.0, 5.0 + SPREAD_SECONDS / 2, 5.0 + 0.999 * SPREAD_SECONDS])


def test_the_rate_halves_once_per_pause_and_rises_by_one_for_each_quiet_ten_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = Time()
    pacer = time.pacer()
    on_their_way = [pacer.take(pacer.deadline()) for _ in range(20)]
    for sent in on_their_way:
        pacer.refused(sent, 3.0, "busy")
    (told,) = signals(caplog.records)
    assert (told["signal"], told["service"], told["wait"], told["rate"]) == (Signal.THROTTLED, "Speech", 3.0, 10.0)
    assert sent_within(time, pacer, 60.0) == pytest.approx(10 + 11 + 12 + 13 + 14 + 15, abs=8)


def test_a_refusal_after_the_pause_begins_a_new_pause(caplog: pytest.LogCaptureFixture) -> None:
    time = Time()
    pacer = time.pacer()
    for _ in range(10):
        pacer.refused(pacer.take(pacer.deadline()), 1.0, "busy")
    assert [each["rate"] for each in signals(caplog.records)] == [SMALL_USE / 2, 2.0, *[LOWEST_RATE] * 8]
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 10


def test_a_late_refusal_from_before_the_pause_prolongs_it(caplog: pytest.LogCaptureFixture) -> None:
    time = Time()
    pacer = time.pacer()
    first, second = pacer.take(pacer.deadline()), pacer.take(pacer.deadline())
    pacer.refused(first, 2.0, "busy")
    pacer.refused(second, 9.0, "busy")
    begun = time.seconds
    assert pacer.take(pacer.deadline()) - begun == pytest.approx(9.0)
    assert len(signals(caplog.records)) == 1


def test_the_rate_never_falls_below_one_request_in_ten_seconds() -> None:
    time = Time()
    pacer = time.pacer()
    for _ in range(6):
        pacer.refused(pacer.take(pacer.deadline()), 1.0, "busy")
    pacer.take(pacer.deadline())
    assert asks(time, pacer, 1) == pytest.approx([10 / LOWEST_RATE])


def test_an_unused_rate_does_not_rise() -> None:
    time = Time()
    pacer = time.pacer()
    for _ in range(20):
        pacer.take(pacer.deadline())
        time.sleep(10.0)
    assert asks(time, pacer, 2) == pytest.approx([0.0, 10 / START_RATE])


def test_a_rate_is_reset_after_a_minute_without_requests() -> None:
    time = Time()
    pacer = time.pacer()
    for _ in range(3):
        pacer.refused(pacer.take(pacer.deadline()), 1.0, "busy")
    time.sleep(2 * IDLE_SECONDS)
    assert asks(time, pacer, 2) == pytest.approx([0.0, 10 / START_RATE])


def test_waiting_in_a_long_pause_does_not_reset_the_rate() -> None:
    time = Time()
    pacer = time.pacer()
    pacer.refused(pacer.take(pacer.deadline()), LONGEST_PAUSE_SECONDS, "busy")
    pacer.take(time.seconds + 2 * LONGEST_PAUSE_SECONDS)
    assert asks(time, pacer, 1) == pytest.approx([10 / (SMALL_USE / 2)])


def test_a_request_that_would_wait_too_long_raises_paused_at_once_and_takes_no_place() -> None:
    time = Time()
    pacer = time.pacer()
    pacer.refused(pacer.take(pacer.deadline()), 100.0, "busy")
    begun = time.seconds
    for _ in range(3):
        with pytest.raises(Paused) as paused:
            pacer.take(pacer.deadline())
        assert paused.value.retry_after == pytest.approx(100.0)
    assert time.seconds == begun
    time.sleep(100.0 - LONGEST_WAIT_SECONDS + 1)
    assert asks(time, pacer, 1) == pytest.approx([LONGEST_WAIT_SECONDS - 1])


def test_waiting_requests_are_served_in_order_and_first_ones_before_them() -> None:
    time = Time()
    pacer = time.pacer()
    pacer.take(pacer.deadline())
    apart = 10 / START_RATE
    waiting = [pacer.turns(pacer.deadline()) for _ in range(3)]
    assert [next(turns) for turns in waiting] == pytest.approx([apart, 2 * apart, 3 * apart])
    poll = pacer.turns(pacer.deadline(), first=True)
    assert next(poll) == pytest.approx(apart)
    assert next(waiting[0]) == pytest.approx(2 * apart)
    time.sleep(apart)
    with pytest.raises(StopIteration):
        next(poll)
    assert next(waiting[0]) == pytest.approx(apart)


def test_a_request_that_stops_waiting_gives_up_its_place() -> None:
    time = Time()
    pacer = time.pacer()
    pacer.take(pacer.deadline())
    gone, next_one = pacer.turns(pacer.deadline()), pacer.turns(pacer.deadline())
    next(gone)
    assert next(next_one) == pytest.approx(2 * 10 / START_RATE)
    gone.close()
    assert next(next_one) == pytest.approx(10 / START_RATE)
