"""The command `speech2cosmos`. Exit codes: 0 done, 1 not found or failed, 2 wrong usage or settings."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from shared.cli.lazy import PLAIN, add_lazily
from shared.cli.terminal.output import print_error, print_line
from shared.errors import InvalidMessage, Misconfigured, Speech2CosmosError, WrongUsage

NAME = "speech2cosmos"
"""Of the command and of the distribution in pyproject.toml."""

FAILED = 1
WRONG_USAGE = 2


app = typer.Typer(name=NAME, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}, **PLAIN)
add_lazily(app, "submit", "do.submit:submit", "Enqueue transcription jobs.")
add_lazily(app, "replay", "repair.replay:replay", "Start ended jobs over.")
add_lazily(app, "jobs", "look.jobs:jobs", "List jobs, the newest first.")
add_lazily(app, "show", "look.show:show", "Show a job: its state, its failures and its files.")
add_lazily(app, "open", "read.opening:open_page", "Show the page of a recording in the browser.")
add_lazily(app, "export", "read.export:export", "Write recordings as text, tables, captions or pages.")
add_lazily(app, "status", "look.speech:status", "Print a transcription as Speech describes it, as JSON.")
add_lazily(app, "files", "look.speech:files", "Print all files that Speech lists for a transcription, as JSON.")
add_lazily(app, "split", "do.split:split", "Print the documents of a result file, one line of JSON each.")

poison = typer.Typer(name="poison", help="What was given up: look at it, send it again.", no_args_is_help=True, **PLAIN)
add_lazily(poison, "list", "repair.poison_list:list_given_up", "List what was given up.")
add_lazily(poison, "show", "repair.poison_show:show_given_up", "Show all that is stored about what was given up.")
add_lazily(poison, "requeue", "repair.poison_requeue:requeue", "Send stored messages again.")
app.add_typer(poison)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - no other option needs it, and it takes as long as typer

        print_line(f"{NAME} {version(NAME)}")
        raise typer.Exit


SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="Read settings that the environment lacks from this local.settings.json."),
]
Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback()
def root(ctx: typer.Context, *, settings: SettingsFile = None, version: Version = False) -> None:  # noqa: ARG001 - done
    """Results of Azure Speech batch transcription in Azure Cosmos DB.

    Settings come from the environment, as for the app. Each command reads only the settings that it uses. For services
    without settings it uses the stack on this machine, if that runs (local/.state/endpoints.json).
    """
    ctx.obj = settings


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command with `arguments`, by default those of the process, and exit."""
    # Otherwise Python prints long warnings of Azure's SDKs above the error.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app(arguments, prog_name=NAME)
    except Misconfigured as error:
        for problem in error.problems:
            print_error(problem)
        sys.exit(WRONG_USAGE)
    except (InvalidMessage, WrongUsage) as error:
        # Every message and id that a command decodes comes from the user, so this is wrong usage.
        print_error(str(error))
        sys.exit(WRONG_USAGE)
    except Speech2CosmosError as error:
        print_error(str(error))
        sys.exit(FAILED)
    raise AssertionError("typer exits")
