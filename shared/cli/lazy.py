"""Commands whose module is imported at their first use, so that `--help` and completion import none of them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand

PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,  # errors are plain text, which can be piped and searched
    "pretty_exceptions_enable": False,
}
"""Options of every group and command."""


class Lazy(TyperCommand):
    """A command of which only the name and the line in the group's help are known at first."""

    place: ClassVar[str]
    """`MODULE:FUNCTION` in shared/cli."""

    def make_context(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - handed on as typer gives it
        """Import the real command and return its context, with which typer then runs or completes it."""
        module, _, function = self.place.partition(":")
        real: Callable[..., None] = getattr(import_module(f"shared.cli.{module}"), function)
        alone = typer.Typer(add_completion=False, **PLAIN)
        alone.command(self.name)(real)
        return typer.main.get_command(alone).make_context(*args, **extra)


def add_lazily(group: typer.Typer, name: str, place: str, about: str) -> None:
    """Add a command to a group. `place`: `MODULE:FUNCTION` in shared/cli. `about`: its line in the group's help.

    The module is imported when the command runs, prints its own help, or completes its arguments.
    """
    group.command(name, short_help=about, cls=type("Lazy", (Lazy,), {"place": place}))(_replaced)


def _replaced() -> None:
    raise AssertionError("the real command runs instead")
