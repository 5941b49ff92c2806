"""Finds a deployment among the subscriptions of a user, and takes its outputs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from shared.cli.advice import advised
from shared.cli.connecting.resource_manager import Deployment, ResourceManager, Subscription
from shared.cli.connection import Connection
from shared.errors import Denied, NotFound, Permanent, Transient, WrongUsage

NEEDED = (
    "SPEECH_ENDPOINT",
    "COSMOS_ENDPOINT",
    "COSMOS_DATABASE",
    "AzureWebJobsStorage__queueServiceUri",
    "JOBS_QUEUE",
    "RESULTS_QUEUE",
)
"""Outputs without which a deployment is not one of infra/main.bicep."""

LATER = (
    "SPEECH_API_VERSION",
    "STORAGE_ACCOUNT_NAME",
    "AzureWebJobsStorage__blobServiceUri",
    "RAW_CONTAINER",
    "RAW_ARCHIVE",
    "RETENTION_DAYS",
    "AZURE_TENANT_ID",
    "AZURE_RESOURCE_GROUP",
    "AZURE_FUNCTION_APP_NAME",
    "AZURE_FUNCTION_APP_URL",
    "APP_PRINCIPAL_ID",
    "LOG_ANALYTICS_WORKSPACE_ID",
)
"""Other outputs. A deployment of an earlier version may lack some."""

_AT_ONCE = 8

_ENDED_BADLY = ("Failed", "Canceled")


@dataclass(frozen=True)
class Found:
    """A deployment, and where it is."""

    subscription: Subscription
    deployment: Deployment


def find(manager: ResourceManager, name: str, subscription: str | None) -> Found:
    """Return the deployment `name` of a subscription, named by its id or its own name, or of the only one that has it.

    Raises WrongUsage if several have it, and NotFound.
    """
    if subscription is not None and _is_id(subscription):
        only = manager.subscription(subscription)
        return Found(only, _deployment(manager, only, name))
    seen = list(manager.subscriptions())
    if not seen:
        raise advised(NotFound("you can see no subscription"), "`az login --tenant TENANT`, with the right tenant")
    if subscription is not None:
        return _the_only(_all_with(manager, _named(seen, subscription), name), name)
    return _the_only(_all_with(manager, seen, name), name)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _named(seen: Sequence[Subscription], name: str) -> list[Subscription]:
    named = [each for each in seen if each.display_name.lower() == name.lower()]
    if not named:
        raise advised(
            NotFound(f"you can see no subscription {name!r}; you can see {_listed(seen)}"),
            "one of these; or `az login --tenant TENANT`, if it belongs to another tenant",
        )
    return named


def _deployment(manager: ResourceManager, subscription: Subscription, name: str) -> Deployment:
    try:
        return manager.deployment(subscription.subscription_id, name)
    except NotFound:
        raise _not_found(name, [subscription]) from None


def _all_with(manager: ResourceManager, among: Sequence[Subscription], name: str) -> list[Found]:
    """Return all deployments with this name. If the user cannot read those of a subscription, it counts as without."""
    denied: list[Denied] = []

    def look(subscription: Subscription) -> Found | None:
        try:
            return Found(subscription, manager.deployment(subscription.subscription_id, name))
        except NotFound:
            return None
        except Denied as error:
            denied.append(error)
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [each for each in pool.map(look, among) if each is not None]
    if found:
        return found
    if denied:
        raise advised(
            denied[0], "ask for the role Reader on the subscription, or name the right one with --subscription"
        )
    raise _not_found(name, among)


def _the_only(found: Sequence[Found], name: str) -> Found:
    if len(found) > 1:
        where = _listed([each.subscription for each in found])
        raise advised(
            WrongUsage(f"{len(found)} subscriptions have a deployment {name!r}: {where}"),
            f"--subscription {found[0].subscription.subscription_id}, or another of them",
        )
    return found[0]


def _not_found(name: str, among: Sequence[Subscription]) -> NotFound:
    return advised(
        NotFound(f"there is no deployment {name!r} in {_listed(among)}"),
        '`az deployment sub list --query "[].name"` lists the names; the portal lists them as the subscription\'s '
        "deployments, and names its own Microsoft.Template-…",
    )


_LISTED = 5


def _listed(subscriptions: Sequence[Subscription]) -> str:
    names = [str(each) for each in subscriptions[:_LISTED]]
    more = len(subscriptions) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def connection_to(found: Found, name: str) -> Connection:
    """Return what the user's file shall say.

    Raises Permanent if the deployment failed, Transient while it still runs, and WrongUsage for a foreign one.
    """
    deployment = found.deployment
    if deployment.provisioning_state in _ENDED_BADLY:
        why = f": {deployment.error}" if deployment.error else ""
        raise advised(
            Permanent(f"the deployment {name!r} ended as {deployment.provisioning_state}{why}"),
            "deploy it again; what it has created already stays as it is",
        )
    if deployment.provisioning_state != "Succeeded":
        raise advised(
            Transient(f"the deployment {name!r} has not ended: its state is {deployment.provisioning_state}"),
            "again when it has ended, in about ten minutes",
        )
    missing = [each for each in NEEDED if not deployment.output(each)]
    if missing:
        raise advised(
            WrongUsage(f"the deployment {name!r} is not one of speech2cosmos: it has no output {', '.join(missing)}"),
            'the name of another deployment: `az deployment sub list --query "[].name"` lists them',
        )
    outputs = {each: value for each in NEEDED + LATER if (value := deployment.output(each)) is not None}
    return Connection(name, found.subscription.subscription_id, found.subscription.display_name, outputs)
