"""The machine on which a figure was measured, as the pages name it."""

import os
import platform


def machine() -> str:
    """Return cores, processor, system and Python."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
