"""Commands whose module is imported at their first use, so that `--help` and completion import none of them."""

import copy
from collections.abc import Callable
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand

from shared.cli.common import COMMON

PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,  # errors are plain text, which can be piped and searched
    "pretty_exceptions_enable": False,
}
"""Options of every group and command."""


class Lazy(TyperCommand):
    """A command of which only the name and the line in the group's help are known at first."""

    place: ClassVar[str]
    """`MODULE:FUNCTION` in shared/cli."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401 - handed on as typer gives it
        """Import the real command and return its context, with which typer then runs or completes it."""
        module, _, function = self.place.partition(":")
        real: Callable[..., None] = getattr(import_module(f"{__package__}.{module}"), function)
        alone = typer.Typer(add_completion=False, **PLAIN)
        alone.command(self.name)(real)
        command = typer.main.get_command(alone)
        command.params += _common(parent)
        return command.make_context(info_name, args, parent=parent, **extra)


def _common(parent: Any) -> list[Any]:  # noqa: ANN401 - a context of typer
    """Return the options of COMMON for a command, without a line in its help: the help of the root has them."""
    options = [copy.copy(option) for option in parent.find_root().command.params if option.name in COMMON]
    for option in options:
        option.hidden = True
        option.expose_value = False
    return options


def add_lazily(group: typer.Typer, name: str, place: str, about: str, *, hidden: bool = False) -> None:
    """Add a command to a group. `place`: `MODULE:FUNCTION` in shared/cli. `about`: its line in the group's help.

    The module is imported when the command runs, prints its own help, or completes its arguments.
    """
    group.command(name, short_help=about, hidden=hidden, cls=type("Lazy", (Lazy,), {"place": place}))(_replaced)


def _replaced() -> None:
    raise AssertionError("the real command runs instead")
