"""One check stops no other: an error becomes a check, and a service that never answers is left alone."""

import threading
from collections.abc import Callable, Iterator

import pytest

from shared.cli.doctor.checks import Check, State, passed
from shared.cli.doctor.running import Probe, check_of, run_probes
from shared.errors import Denied, Throttled, Transient

GOOD = passed("b: good", "all right")


def good() -> Iterator[Check]:
    yield GOOD


def raising(error: Exception) -> Callable[[], Iterator[Check]]:
    def probe() -> Iterator[Check]:
        yield passed("a: before", "seen")
        raise error

    return probe


def test_an_error_becomes_a_check_after_what_was_found_before_it() -> None:
    found = run_probes([Probe("a", raising(Denied("Cosmos DB answered 403: no"))), Probe("b", good)], ())
    assert [(check.name, check.status) for check in found] == [
        ("a: before", State.PASS),
        ("a", State.FAIL),
        ("b: good", State.PASS),
    ]
    assert found[1].detail == "Cosmos DB answered 403: no"
    assert found[1].fix is not None


def test_the_probe_that_is_waited_for_is_shown() -> None:
    shown: list[str] = []
    run_probes([Probe("a", good), Probe("b", good, ["x"]), Probe("c", good)], (), shown.append)
    assert shown == ["a", "c"]


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (Transient("no connection"), State.FAIL, "no connection"),
        (Throttled("too many"), State.INCONCLUSIVE, "too many"),
        (KeyError("sig=SECRET"), State.INCONCLUSIVE, "unexpected KeyError"),
    ],
)
def test_an_error_says_what_it_is_and_no_text_of_an_unexpected_one_is_shown(
    error: Exception, status: State, detail: str
) -> None:
    check = check_of("name", error)
    assert (check.status, check.detail) == (status, detail)


def test_no_signature_and_no_key_of_a_service_s_text_is_shown() -> None:
    check = check_of(
        "name", Transient("GET https://a.blob.core.windows.net/x?sig=c2VjcmV0 failed: AccountKey=c2VjcmV0")
    )
    assert "c2VjcmV0" not in check.detail
    assert "https://a.blob.core.windows.net/x" in check.detail


def test_a_service_that_never_answers_is_left_alone_at_its_deadline() -> None:
    never = threading.Event()

    def silent() -> Iterator[Check]:
        never.wait()
        yield GOOD

    def halfway() -> Iterator[Check]:
        yield GOOD
        never.wait()

    try:
        names = {"silent": silent, "halfway": halfway}
        probes = [Probe(name, run, seconds=0.1, signs_in=it) for name, run in names.items() for it in (True, False)]
        found = run_probes(probes, ())
    finally:
        never.set()
    assert [(check.name, check.status) for check in found] == [
        ("silent", State.FAIL),
        ("silent", State.INCONCLUSIVE),
        ("b: good", State.PASS),
        ("halfway", State.INCONCLUSIVE),
        ("b: good", State.PASS),
        ("halfway", State.INCONCLUSIVE),
    ]
    assert found[0].detail == "no answer within 0 s"


def test_a_probe_without_what_it_needs_is_skipped_and_says_which_check_is_to_blame() -> None:
    (check,) = run_probes([Probe("a", raising(AssertionError()), ["x: sign-in", "y: sign-in"])], {"y: sign-in"})
    assert (check.status, check.detail) == (State.SKIPPED, "not looked at: x: sign-in did not pass")
    assert run_probes([Probe("b", good, ["y: sign-in"])], {"y: sign-in"}) == [GOOD]
