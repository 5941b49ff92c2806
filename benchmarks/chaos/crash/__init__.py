"""A crash at every step: each invocation of each use case is killed just before and just after each of its requests.

stories.py says what jobs go through, life.py lets them, with queues and timer; deliverer.py is the process that does
the work and is killed by victim.py at the moments that plan.py chooses. What is stored in the end is compared with what
an undisturbed life left there.
"""

from benchmarks.chaos.crash.scenario import run

__all__ = ["run"]
