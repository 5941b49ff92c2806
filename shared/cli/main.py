"""The command `speech2cosmos`. Exit codes: 0 done, 1 not found or failed, 2 wrong usage or settings."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from shared.cli.jobs import jobs
from shared.cli.output import print_error
from shared.cli.poison_list import list_given_up
from shared.cli.poison_requeue import requeue
from shared.cli.poison_show import show_given_up
from shared.cli.replay import replay
from shared.cli.show import show
from shared.cli.speech import files, status
from shared.cli.split import split
from shared.cli.submit import submit
from shared.errors import InvalidMessage, Misconfigured, Speech2CosmosError

FAILED = 1
WRONG_USAGE = 2


def _group(name: str, about: str | None = None) -> typer.Typer:
    return typer.Typer(
        name=name,
        help=about,
        rich_markup_mode=None,  # errors are plain text, which can be piped and searched
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )


app = _group("speech2cosmos")
for command in (submit, replay, jobs, show, status, files, split):
    app.command()(command)

poison = _group("poison", "What was given up: look at it, send it again.")
poison.command("list")(list_given_up)
poison.command("show")(show_given_up)
poison.command("requeue")(requeue)
app.add_typer(poison)

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="Read settings that the environment lacks from this local.settings.json."),
]


@app.callback()
def root(ctx: typer.Context, settings: SettingsFile = None) -> None:
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
        app(arguments)
    except Misconfigured as error:
        for problem in error.problems:
            print_error(problem)
        sys.exit(WRONG_USAGE)
    except InvalidMessage as error:
        # Every message and id that a command decodes comes from the user, so this is wrong usage.
        print_error(str(error))
        sys.exit(WRONG_USAGE)
    except Speech2CosmosError as error:
        print_error(str(error))
        sys.exit(FAILED)
    raise AssertionError("typer exits")
