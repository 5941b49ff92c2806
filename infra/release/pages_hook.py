"""Writes into the wheel's metadata where the pages of its release are. shared/cli/installed.py reads it."""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_VARIABLE = "SPEECH2COSMOS_PAGES"
"""As PAGES in text.py, which hatchling cannot import from here, and which runs without hatchling."""


class Pages(MetadataHookInterface):
    """Adds the address under the label `Documentation`."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the field `urls`. A wheel that is built outside a release has none."""
        address = os.environ.get(_VARIABLE)
        metadata["urls"] = {"Documentation": address} if address else {}
