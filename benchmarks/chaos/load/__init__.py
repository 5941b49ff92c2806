"""Load: thousands of files in one job and thousands of jobs at once, while a tenth of all answers fails."""

from benchmarks.chaos.load.run import run

__all__ = ["run"]
