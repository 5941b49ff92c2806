"""The cloud that commands of this run ask about deployments."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `--help` imports no SDK (docs/decisions/0042)
    from azure.core.credentials import TokenCredential


@dataclass(frozen=True)
class Cloud:
    """Where Azure Resource Manager is, and who asks it: by default the user who is signed in (adapters/identity.py)."""

    resource_manager: str = "https://management.azure.com"
    credential: "Callable[[], TokenCredential] | None" = None


CLOUD: ContextVar[Cloud] = ContextVar("CLOUD")
"""main.py sets it."""
