"""The command `speech2cosmos`: its commands, the options of all of them, and its end. exits.py has the exit codes."""

import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, ClassVar, NoReturn

import typer

from shared.cli.advice import advice_for
from shared.cli.cloud import CLOUD, Cloud
from shared.cli.common import Colors, Grouped, NoPager, Settings, Verbose
from shared.cli.exits import Exit, exit_of
from shared.cli.lazy import PLAIN, add_lazily
from shared.cli.terminal.output import print_error, print_line, print_trace
from shared.cli.terminal.wishes import WISHES, Color, Wishes, wishes
from shared.errors import Misconfigured, Speech2CosmosError

NAME = "speech2cosmos"
"""Of the command and of the distribution in pyproject.toml."""


class _Commands(Grouped):
    headings: ClassVar = {
        "Look": ("jobs", "show", "speech"),
        "Read": ("read", "search", "open", "serve", "export"),
        "Do": ("submit", "backfill"),
        "Repair": ("doctor", "retry", "poison"),
        "Erase": ("forget",),
        "This machine": ("connect", "split"),
    }


class _Poison(Grouped):
    headings: ClassVar = {"Commands": ("list", "show")}


class _Speech(Grouped):
    headings: ClassVar = {"Commands": ("status", "files")}


_SHORT = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(name=NAME, cls=_Commands, context_settings=_SHORT, **PLAIN)
add_lazily(app, "jobs", "look.jobs:jobs", "List jobs, the newest first.")
add_lazily(app, "show", "look.show:show", "Show a job: its state, its failures and its files.")
add_lazily(app, "read", "read.reading:read", "Show the conversation of a recording on the terminal.")
add_lazily(app, "search", "read.search:search", "Find a phrase in what was said.")
add_lazily(app, "open", "read.opening:open_page", "Show the page of a recording in the browser.")
add_lazily(app, "serve", "read.serve:serve", "Show jobs and transcripts in the browser, as they are now.")
add_lazily(app, "export", "read.export:export", "Write recordings as text, tables, captions or pages.")
add_lazily(app, "submit", "do.submit:submit", "Enqueue transcription jobs.")
add_lazily(app, "backfill", "do.backfill:backfill", "Take up finished jobs of Speech that were never enqueued.")
add_lazily(app, "doctor", "doctor.command:doctor", "Check every service and the app, and say what to do.")
add_lazily(app, "retry", "repair.retry:retry", "Try again what is not in of a job, or what was given up.")
add_lazily(app, "forget", "erase.forget:forget", "Erase a job or a recording, on request of a person in it.")
add_lazily(app, "connect", "connecting.connect:connect", "Use the accounts of a deployment from now on.")
add_lazily(app, "split", "do.split:split", "Print the documents of a result file, one line of JSON each.")

poison = typer.Typer(name="poison", cls=_Poison, help="What was given up, and why.", **PLAIN)
add_lazily(poison, "list", "repair.poison_list:list_given_up", "List what was given up.")
add_lazily(poison, "show", "repair.poison_show:show_given_up", "Show all that is stored about what was given up.")
app.add_typer(poison)

speech = typer.Typer(name="speech", cls=_Speech, help="What Speech itself says about a transcription.", **PLAIN)
add_lazily(speech, "status", "look.speech:status", "Print a transcription as Speech describes it, as JSON.")
add_lazily(speech, "files", "look.speech:files", "Print all files that Speech lists for a transcription, as JSON.")
app.add_typer(speech)

# The former names of commands.
add_lazily(app, "replay", "older:replay", "Now `retry`.", hidden=True)
add_lazily(poison, "requeue", "older:requeue", "Now `retry`.", hidden=True)
add_lazily(app, "status", "older:status", "Now `speech status`.", hidden=True)
add_lazily(app, "files", "older:files", "Now `speech files`.", hidden=True)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - no other option needs it, and it takes as long as typer

        print_line(f"{NAME} {version(NAME)}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback()
def root(
    *,
    settings: Settings = None,
    color: Colors = Color.AUTO,
    no_pager: NoPager = False,
    verbose: Verbose = False,
    version: Version = False,
) -> None:
    """Results of Azure Speech batch transcription in Azure Cosmos DB.

    \b
      speech2cosmos submit JOB --wait
      speech2cosmos jobs --since 2d --failed
      speech2cosmos read JOB
      speech2cosmos open JOB FILE --at 14:03.2
      speech2cosmos export JOB -f vtt -d captions

    JOB is the id of a transcription, the beginning of an id, or a job's name. Settings come from the environment, as
    for the app. A service without settings is that of the deployment which `connect` connected; without one, that of
    the stack on this machine, if it runs.
    """  # noqa: D301 - click keeps the lines after a \b character as they are


def main(arguments: Sequence[str] | None = None, *, cloud: Cloud | None = None) -> NoReturn:
    """Run the command with `arguments`, by default those of the process, and exit. `cloud`: another than Azure's."""
    # Otherwise Python prints long warnings of Azure's SDKs above the error.
    logging.getLogger().addHandler(logging.NullHandler())
    WISHES.set(Wishes())
    CLOUD.set(cloud or Cloud())
    try:
        code = app(arguments, prog_name=NAME, standalone_mode=False)
    except typer.TyperException as error:
        code = _wrong_usage(error)
    except Speech2CosmosError as error:
        code = _told(error)
    sys.exit(int(code or Exit.DONE))


def _wrong_usage(error: typer.TyperException) -> int:
    """Print an error of the command line."""
    context = getattr(error, "ctx", None)
    print_error(error.format_message(), f"{context.command_path if context else NAME} -h")
    return error.exit_code


def _told(error: Speech2CosmosError) -> Exit:
    problems = error.problems if isinstance(error, Misconfigured) else [str(error)]
    for problem in problems[:-1]:
        print_error(problem)
    print_error(problems[-1], advice_for(error))
    if wishes().verbose:
        print_trace("".join(traceback.format_exception(error)))
    return exit_of(error)
