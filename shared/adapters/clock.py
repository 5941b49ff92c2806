"""The machine's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements the port Clock with the machine's clock."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
