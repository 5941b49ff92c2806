"""Writes into the wheel's metadata where the pages of its release are. shared/cli/installed.py reads it."""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PAGES = "SPEECH2COSMOS_PAGES"
"""Variable of a build: the address of the repository's files at the release's tag. infra/release sets it."""


class Pages(MetadataHookInterface):
    """Adds the address under the label `Documentation`."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the field `urls`. A wheel that is built outside a release has none."""
        address = os.environ.get(PAGES)
        metadata["urls"] = {"Documentation": address} if address else {}
