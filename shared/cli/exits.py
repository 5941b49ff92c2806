"""The exit codes of the command."""

from enum import IntEnum

from shared.errors import Denied, InvalidMessage, Misconfigured, NoToken, PartlyDone, WrongUsage


class Exit(IntEnum):
    """What a command's end means. 130, after Ctrl-C, is typer's own."""

    DONE = 0
    """Done. Also when there was nothing to do, which is said."""

    FAILED = 1
    """Not found, failed, or refused without an option such as --force."""

    WRONG_USAGE = 2
    """The command line, a file that it names, or a setting is wrong. Nothing was done."""

    PARTLY = 3
    """Some of it is done, and the rest is named on stderr."""

    NOT_ALLOWED = 4
    """Nobody is signed in, a key is wrong, or a role is missing."""


def exit_of(error: Exception) -> Exit:
    """Return the exit code for an error that ends the command."""
    match error:
        case Misconfigured() | WrongUsage() | InvalidMessage():
            # Every message and id that a command decodes comes from the user, so an invalid one is wrong usage.
            return Exit.WRONG_USAGE
        case PartlyDone():
            return Exit.PARTLY
        case Denied() | NoToken():
            return Exit.NOT_ALLOWED
        case _:
            return Exit.FAILED
