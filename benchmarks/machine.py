"""What a figure was measured on, as the pages say it."""

import os
import platform


def machine() -> str:
    """Return cores, processor, system and Python."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
