"""`speech2cosmos connect`: from then on the commands use the accounts of a deployment."""

from typing import Annotated

import typer

from shared.adapters.identity import credential
from shared.cli.account import cosmos_words, queue_words, speech_words
from shared.cli.advice import advised
from shared.cli.cloud import CLOUD
from shared.cli.connecting.finding import LATER, connection_to, find
from shared.cli.connecting.resource_manager import ResourceManager, Subscription, can_be_deployment
from shared.cli.connection import Connection, connected, connection_file, remove_connection, write_connection
from shared.cli.environment import instead_of_connection, settings_of_connection
from shared.cli.terminal.output import print_fields, print_heading, print_line, print_note
from shared.errors import Misconfigured, NotFound, WrongUsage

Name = Annotated[
    str | None, typer.Option("--deployment", metavar="NAME", help="The name that the deployment was created with.")
]
Where = Annotated[
    str | None, typer.Option("--subscription", metavar="ID", help="Its subscription's id or name, if several have it.")
]
Remove = Annotated[bool, typer.Option("--remove", help="Forget the deployment. In Azure nothing changes.")]


def connect(deployment: Name = None, subscription: Where = None, *, remove: Remove = False) -> None:
    """Use the accounts of a deployment from now on. Without options, say which deployment that is.

    \b
    speech2cosmos connect --deployment speech2cosmos
    speech2cosmos connect
    speech2cosmos connect --remove

    It reads the deployment's outputs, signed in as you (`az login`), and writes them into a file of yours, which holds
    no secret. If the environment or the file of --settings has the address of a service, that one is used instead.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    if remove and (deployment or subscription):
        raise typer.BadParameter("it goes with no other option", param_hint="--remove")
    if subscription and not deployment:
        raise typer.BadParameter("it needs --deployment", param_hint="--subscription")
    if remove:
        _remove()
    elif deployment is None:
        _say()
    else:
        _connect(deployment, subscription)


def _connect(name: str, subscription: str | None) -> None:
    if not can_be_deployment(name):
        raise WrongUsage(f"no deployment can be named {name!r}")
    cloud = CLOUD.get()
    user = (cloud.credential or credential)()
    found = find(ResourceManager(cloud.resource_manager, user), name, subscription)
    connection = connection_to(found, name)
    try:
        fields = _fields(connection)
    except Misconfigured as error:
        raise advised(error, "a newer version of speech2cosmos, if one created the deployment") from None
    write_connection(connection)
    _print(connection, fields)
    if not all(each in connection.outputs for each in LATER):
        print_note("a version before this one deployed it: with an upgrade it also names its retention and its logs")
    print_note("next: speech2cosmos jobs")


def _say() -> None:
    connection = connected()
    if connection is None:
        raise advised(
            NotFound("no deployment is connected"),
            "speech2cosmos connect --deployment NAME, with the name that the deployment was given when it was created",
        )
    _print(connection, _fields(connection))


def _remove() -> None:
    print_line("the deployment is no longer connected" if remove_connection() else "no deployment was connected")


def _fields(connection: Connection) -> dict[str, object]:
    """Return what a user needs to recognise the accounts. Raises Misconfigured for a value that cannot be used."""
    settings = settings_of_connection(connection)
    return {
        "subscription": Subscription(connection.subscription_id, connection.subscription_name),
        "documents": cosmos_words(settings),
        "messages": queue_words(settings, settings.jobs_queue),
        "speech": speech_words(settings),
        "file": connection_file(),
    }


def _print(connection: Connection, fields: dict[str, object]) -> None:
    print_heading(f"Deployment {connection.deployment}")
    print_fields(fields)
    for service, source in instead_of_connection():
        print_note(f"{service} is not taken from the deployment: {source} names another address")
