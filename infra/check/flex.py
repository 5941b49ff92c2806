"""Checks what Flex Consumption requires of plan, app and installation, beyond what the compiler checks.

Sources: "Azure Functions Flex Consumption plan hosting" and "Automate resource deployment for your function app" on
Microsoft Learn. What it refuses in siteConfig (error 51021): azure-pipelines-tasks#21032.
"""

from collections.abc import Iterator
from typing import Any

from infra.check.deployment import SITE, Deployment, Resource
from infra.check.problem import Problem

PLAN = "Microsoft.Web/serverfarms"
EXTENSION = "Microsoft.Web/sites/extensions"
MUST: dict[str, dict[str, tuple[Any, ...]]] = {
    PLAN: {
        "sku.name": ("FC1",),
        "sku.tier": ("FlexConsumption",),
        "properties.reserved": (True,),
    },
    SITE: {
        "kind": ("functionapp,linux",),
        "identity.type": ("UserAssigned",),
        "properties.functionAppConfig.runtime.name": ("python",),
        # Versions that Flex Consumption runs and azure-functions 1.x supports.
        "properties.functionAppConfig.runtime.version": ("3.11", "3.12"),
        "properties.functionAppConfig.deployment.storage.type": ("blobContainer",),
        "properties.functionAppConfig.deployment.storage.authentication.type": ("UserAssignedIdentity",),
    },
}
"""For each type: a path in its body, and the allowed values."""

SITE_CONFIG = {"minTlsVersion", "scmMinTlsVersion"}
"""The only members of siteConfig that are allowed. Newer stamps refuse most others."""

FORBIDDEN = ("FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING")
"""Settings of other plans. Flex Consumption refuses them."""

_STORAGE = "properties.functionAppConfig.deployment.storage"


def check(one: Deployment) -> Iterator[Problem]:
    """Yield where plan, app and settings differ from what Flex Consumption requires."""
    plans = {plan.id for plan in one.of(PLAN)}
    for kind, right in MUST.items():
        if not one.of(kind):
            yield Problem("flex", kind, "there is none")
        for resource in one.of(kind):
            for path, values in right.items():
                if (found := resource.get(path)) not in values:
                    yield Problem("flex", kind, f"{path} is {found}, not {' or '.join(map(str, values))}")
    for site in one.of(SITE):
        yield from _site(site, plans)
    yield from _installations(one)
    if (found := one.settings.get("AzureWebJobsStorage__credential")) != "managedidentity":
        yield Problem("flex", SITE, f"AzureWebJobsStorage__credential is {found}, not managedidentity")
    # An empty setting stops the host: azure-functions-host#11787.
    for name in (*FORBIDDEN, "AzureWebJobsStorage"):
        if name in one.settings:
            yield Problem("flex", SITE, f"the setting {name} belongs to other plans")


def _site(site: Resource, plans: set[str]) -> Iterator[Problem]:
    if site.get("properties.serverFarmId") not in plans:
        yield Problem("flex", SITE, "serverFarmId is not the plan")
    package = site.get(f"{_STORAGE}.authentication.userAssignedIdentityResourceId")
    if package not in (site.get("identity.userAssignedIdentities") or {}):
        yield Problem("flex", SITE, "the package is fetched by another identity than the app's")
    for name in sorted(set(site.get("properties.siteConfig") or {}) - SITE_CONFIG):
        yield Problem("flex", SITE, f"siteConfig.{name}: Flex Consumption takes {' and '.join(sorted(SITE_CONFIG))}")
    for ready in site.get("properties.functionAppConfig.scaleAndConcurrency.alwaysReady") or []:
        if set(ready) != {"name", "instanceCount"}:
            yield Problem("flex", SITE, f"alwaysReady takes name and instanceCount, not {', '.join(ready)}")


def _installations(one: Deployment) -> Iterator[Problem]:
    """Yield what is wrong with an extension that installs the app. The compiler does not know its properties."""
    for extension in one.of(EXTENSION):
        if extension.name != "onedeploy":
            yield Problem("flex", EXTENSION, f"Flex Consumption has onedeploy, not {extension.name}")
        given = extension.get("properties") or {}
        if set(given) != {"packageUri", "remoteBuild"}:
            yield Problem("flex", EXTENSION, f"it takes packageUri and remoteBuild, not {', '.join(sorted(given))}")
        if given.get("remoteBuild") is not True:
            yield Problem("flex", EXTENSION, "remoteBuild is not true: the zip file has no Python packages")
        if not str(given.get("packageUri")).startswith("https://"):
            yield Problem("flex", EXTENSION, f"packageUri is {given.get('packageUri')}, not https")
