"""Asks before a command changes much."""

import sys

from shared.cli.advice import advised
from shared.cli.terminal.output import print_prompt
from shared.errors import WrongUsage


def confirmed(question: str) -> bool:
    """Ask on stderr, and return whether the answer is y or yes. No answer means no.

    Raises WrongUsage without a terminal to ask on.
    """
    need_terminal(question)
    print_prompt(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def need_terminal(question: str) -> None:
    """Raise WrongUsage without a terminal to ask a question on.

    A command calls this first if it takes long to find out what it has to ask.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise advised(WrongUsage(f"{question} There is no terminal to ask on."), "the same command with --yes")
