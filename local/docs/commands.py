"""Generates the blocks of docs/commands.md: what each command says of itself, and the fields of its lists."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer

from local.docs.pages import code, table
from local.docs.terminal import terminal_blocks
from shared.cli.do.missing_rows import COLUMNS as MISSING
from shared.cli.look.job_rows import COLUMNS as JOBS
from shared.cli.main import NAME, app
from shared.cli.read.hit_rows import COLUMNS as HITS
from shared.cli.repair.poison_list import COLUMNS as GIVEN_UP
from shared.cli.terminal.columns import Column

_WIDTH = 100
"""Columns of a help text."""

LISTS: dict[str, Sequence[Column]] = {"jobs": JOBS, "search": HITS, "backfill": MISSING, "poison list": GIVEN_UP}
"""The fields of each command that lists."""


def command_blocks() -> dict[str, str]:
    """Return the blocks of docs/commands.md by name."""
    group: Any = typer.main.get_command(app)
    root = group.make_context(NAME, ["-"], terminal_width=_WIDTH, resilient_parsing=True)
    return {
        "all commands": code("text", root.get_help()),
        **{heading: "\n\n".join(_commands(group, root, names)) for heading, names in group.headings.items()},
        **{f"fields of {name}": _fields(columns) for name, columns in LISTS.items()},
        **terminal_blocks(),
    }


def _commands(group: Any, parent: Any, names: Iterable[str]) -> Iterator[str]:  # noqa: ANN401 - typer's own copy of click
    for name in names:
        command = group.commands[name]
        context = command.make_context(name, ["-"], parent=parent, resilient_parsing=True)
        if hasattr(command, "commands"):
            for members in command.headings.values():
                yield from _commands(command, context, members)
        else:
            words = context.command_path.removeprefix(f"{NAME} ")
            yield f"### {words}\n\n{code('text', context.get_help())}"


def _fields(columns: Iterable[Column]) -> str:
    rows = [(f"`{column.field}`", column.about, f"`{column.title}`" if column.title else "") for column in columns]
    return table(("field", "what it is", "heading"), rows)
