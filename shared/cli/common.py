"""The options that every command takes, before or after its name, and the help in groups."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperGroup

from shared.cli.exits import Exit
from shared.cli.terminal.output import discard_output, log_on_stderr, print_help
from shared.cli.terminal.wishes import WISHES, Color, wishes

COMMON = frozenset({"settings", "color", "no_pager", "verbose"})
"""Names of the fields of Wishes, and of the options that set them."""


_WIDEST = 200
"""Letters of a command's line in the help. None has so many, so none is cut."""


def _noted(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:  # noqa: ANN401 - an option's value
    """Note a wish. An option that was not given after the command's name does not undo one before it."""
    source = ctx.get_parameter_source(param.name or "")
    if source is not None and source.name == "COMMANDLINE" and getattr(wishes(), str(param.name)) != value:
        WISHES.set(replace(wishes(), **{str(param.name): value}))
        if param.name == "verbose":
            log_on_stderr()
    return value


Settings = Annotated[
    Path | None,
    typer.Option(
        "--settings", callback=_noted, help="Read settings that the environment lacks from this local.settings.json."
    ),
]
Colors = Annotated[
    Color, typer.Option("--color", callback=_noted, help="Colours: by default on a terminal, unless NO_COLOR is set.")
]
NoPager = Annotated[
    bool, typer.Option("--no-pager", callback=_noted, help="Print long texts at once, not through PAGER.")
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", callback=_noted, help="Print on stderr what is asked of services, and where it failed."),
]


class Grouped(TyperGroup):
    """A group whose help lists its commands under headings. A broken pipe ends its commands without a word."""

    headings: ClassVar[dict[str, Sequence[str]]] = {}
    """The names of the commands under each heading."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - types of typer's own copy of click
        """Without a command, print the help: that is wrong usage, and the help says what is right."""
        if not args and not ctx.resilient_parsing:
            print_help(ctx.get_help())
            raise typer.Exit(Exit.WRONG_USAGE)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write the commands under their headings."""
        for heading, names in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl(list(self._lines(names)))

    def _lines(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            yield name, self.commands[name].get_short_help_str(_WIDEST)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run a command. Whoever reads its output and has enough of it closes the pipe; that is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            discard_output()
            raise typer.Exit(Exit.DONE) from None
