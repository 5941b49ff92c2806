"""Self-repair: what is deleted by hand comes back by itself, and what was given up by a command."""

from benchmarks.chaos.repair.run import run

__all__ = ["run"]
