"""What the type database allows and Flex Consumption does not: how plan and app must be.

From "Azure Functions Flex Consumption plan hosting" and "Automate resource deployment for your function app" on
Microsoft Learn.
"""

from collections.abc import Iterator
from typing import Any

from infra.check.problem import Problem
from infra.check.values import Planned

_PLAN = "Microsoft.Web/serverfarms"
PLAN: dict[str, tuple[Any, ...]] = {
    "sku.name": ("FC1",),
    "sku.tier": ("FlexConsumption",),
    "properties.reserved": (True,),
}
"""Of the plan: a path in its body, and the values that are right."""

# Python: what Flex Consumption runs and azure-functions 1.x is for.
APP: dict[str, tuple[Any, ...]] = {
    "kind": ("functionapp,linux",),
    "identity.type": ("UserAssigned",),
    "properties.functionAppConfig.runtime.name": ("python",),
    "properties.functionAppConfig.runtime.version": ("3.11", "3.12"),
    "properties.functionAppConfig.deployment.storage.type": ("blobContainer",),
    "properties.functionAppConfig.deployment.storage.authentication.type": ("UserAssignedIdentity",),
}
"""Of the app, in the same way."""

SETTINGS = {"AzureWebJobsStorage__credential": "managedidentity"}
"""Settings with one right value."""

FORBIDDEN = ("FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING")
"""Settings of other plans, which Flex Consumption refuses."""


def check(resources: list[Planned], site: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    """Give where plan, app and settings are not as Flex Consumption wants them."""
    plans = [one for one in resources if one.type == _PLAN and not one.existing]
    for one, right in [*((plan, PLAN) for plan in plans), (site, APP)]:
        for path, values in right.items():
            if (found := one.get(*path.split("."))) not in values:
                yield _at(one, f"{path} is {found}, not {' or '.join(map(str, values))}")
    if site.get("properties", "serverFarmId") not in {plan.id for plan in plans}:
        yield _at(site, "serverFarmId is not the plan")
    storage = site.get("properties", "functionAppConfig", "deployment", "storage", "authentication") or {}
    if storage.get("userAssignedIdentityResourceId") not in (site.get("identity", "userAssignedIdentities") or {}):
        yield _at(site, "the package is fetched by another identity than the app's")
    yield from _settings(site, given)
    for ready in site.get("properties", "functionAppConfig", "scaleAndConcurrency", "alwaysReady") or []:
        if set(ready) != {"name", "instanceCount"}:
            yield _at(site, f"alwaysReady takes name and instanceCount, not {', '.join(ready)}")


def _settings(site: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    for name, value in SETTINGS.items():
        if given.get(name) != value:
            yield _at(site, f"{name} is {given.get(name)}, not {value}")
    for name in FORBIDDEN:
        if name in given:
            yield _at(site, f"{name} belongs to other plans")


def _at(one: Planned, text: str) -> Problem:
    return Problem(one.file, one.line, "flex", f"{one.type}: {text}")
