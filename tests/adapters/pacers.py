"""A pacer for tests that are not about pacing."""

from shared.adapters.pacing import Pacer


def unpaced() -> Pacer:
    """Return a pacer that delays no request, as long as no response is 429."""
    return Pacer(start_rate=1e9)
