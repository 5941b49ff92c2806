"""What the code needs against what a deployment gives: settings, queues, containers, roles, functions, log lines."""

import re
from collections.abc import Iterator
from typing import Any

from infra.check import code, flex
from infra.check.problem import Problem
from infra.check.roles import COSMOS_CONTRIBUTOR, COSMOS_NEED, NEEDS, ROLES, SDKS, Need
from infra.check.values import CLOSE, OPEN, Planned, Unknown
from shared.errors import Misconfigured
from shared.settings import SECRETS, Settings

_QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_COSMOS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
_UNKNOWN = re.compile(f"{OPEN}.*?{CLOSE}")


def check(resources: list[Planned]) -> Iterator[Problem]:
    """Give what the code needs of a deployment and does not get, and what it gets and has no use for."""
    site = next((one for one in resources if one.type == "Microsoft.Web/sites" and not one.existing), None)
    if site is None:
        return
    where, given = app_settings(resources, site)
    yield from _settings(where, given)
    yield from _queues(resources, site)
    yield from _blob_containers(resources, site, given)
    yield from _cosmos_containers(resources, site, given)
    yield from _roles(resources, site, given)
    yield from _signals(site)
    yield from flex.check(resources, site, given)


def app_settings(resources: list[Planned], site: Planned) -> tuple[Planned, dict[str, Any]]:
    """Return the app's settings and the resource that says them: the app itself, or its configuration."""
    for one in resources:
        if one.type == "Microsoft.Web/sites/config" and one.id == f"{site.id}/config/appsettings":
            return one, one.body.get("properties") or {}
    listed = site.get("properties", "siteConfig", "appSettings")
    return site, {one["name"]: one["value"] for one in listed} if isinstance(listed, list) else {}


def _settings(where: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    wanted = code.deployable_settings()
    for name in sorted(wanted - given.keys()):
        yield Problem(where.file, where.line, "setting", f"{name} is in docs/settings.md and not given")
    for name in sorted(code.NEEDED_SETTINGS.keys() - given.keys()):
        yield Problem(where.file, where.line, "setting", f"{name} is not given: {code.NEEDED_SETTINGS[name]}")
    for name in sorted(given.keys() - wanted - code.NEEDED_SETTINGS.keys() - code.OTHER_SETTINGS.keys()):
        kind = "security" if name in SECRETS else "setting"
        yield Problem(where.file, where.line, kind, f"{name} is given, and the code knows no such setting for Azure")
    for name in sorted(name for name, value in given.items() if not isinstance(value, str | Unknown)):
        yield Problem(where.file, where.line, "setting", f"{name} is {given[name]!r}: settings are strings")
    filled = {name: _filled(name, value) for name, value in given.items()}
    try:
        Settings.from_env(filled)
    except Misconfigured as error:
        yield Problem(where.file, where.line, "setting", f"the app would not start: {error}")


def _filled(name: str, value: object) -> str:
    """Return a setting's value, with an address in place of what only Azure will know."""
    text = str(value)
    if OPEN in text:
        return (
            "https://known-later.example"
            if name.lower().endswith(("endpoint", "uri"))
            else _UNKNOWN.sub("known-later", text)
        )
    return text


def _queues(resources: list[Planned], site: Planned) -> Iterator[Problem]:
    made, wanted = (
        {one.name: one for one in resources if one.type == _QUEUES and not one.existing},
        code.functions().queues,
    )
    for name in sorted(wanted - made.keys()):
        yield Problem(site.file, site.line, "queue", f"function_app.py uses {name}, which is not made")
    for name in sorted(made.keys() - wanted):
        yield Problem(made[name].file, made[name].line, "queue", f"{name} is made, and function_app.py does not use it")


def _blob_containers(resources: list[Planned], site: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    made = {one.name: one for one in resources if one.type == _BLOBS and not one.existing}
    package = str(site.get("properties", "functionAppConfig", "deployment", "storage", "value"))
    wanted = {
        str(given.get("RAW_CONTAINER")): "RAW_CONTAINER names",
        package.rpartition(CLOSE)[2].rpartition("/")[2]: "the app is deployed from",
    }
    for name, why in wanted.items():
        if name not in made:
            yield Problem(site.file, site.line, "container", f"{why} {name}, which is not made")
    for name in sorted(made.keys() - wanted.keys()):
        yield Problem(made[name].file, made[name].line, "container", f"nothing uses the container {name}")


def _cosmos_containers(resources: list[Planned], site: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    made, wanted = (
        {one.name: one for one in resources if one.type == _COSMOS and not one.existing},
        code.cosmos_containers(),
    )
    for name, one in made.items():
        said = one.get("properties", "resource")
        for key in sorted({*said, *wanted.get(name, said)} if isinstance(said, dict) else ()):
            expected = wanted.get(name, said).get(key)
            if said.get(key) != expected:
                text = f"{name}: {key} is {said.get(key)}, shared/domain/containers.py says {expected}"
                yield Problem(one.file, one.line, "container", text)
        if name not in wanted:
            yield Problem(one.file, one.line, "container", f"the code has no use for the Cosmos DB container {name}")
        database = one.id.split("/sqlDatabases/")[1].split("/")[0]
        if database != given.get("COSMOS_DATABASE"):
            text = f"{name} is in the database {database}, COSMOS_DATABASE is {given.get('COSMOS_DATABASE')}"
            yield Problem(one.file, one.line, "container", text)
    for name in sorted(wanted.keys() - made.keys()):
        yield Problem(
            site.file, site.line, "container", f"the code needs the Cosmos DB container {name}, which is not made"
        )


def _roles(resources: list[Planned], site: Planned, given: dict[str, Any]) -> Iterator[Problem]:
    identities = site.get("identity", "userAssignedIdentities") or {}
    principals = {f"{one}.properties.principalId" for one in identities}
    assigned = [one for one in resources if one.type == "Microsoft.Authorization/roleAssignments"]
    ours = [one for one in assigned if _text(one.get("properties", "principalId")) in principals]
    for one in ours:
        if one.get("properties", "principalType") != "ServicePrincipal":
            yield Problem(one.file, one.line, "role", "the app's identity is a ServicePrincipal")
    for need in NEEDS:
        target = _text(given.get(need.setting))
        allowing = [
            one for one in ours if _role(one) in need.roles and one.scope and target.startswith(f"{one.scope}.")
        ]
        if not allowing:
            names = " or ".join(ROLES[role] for role in need.roles)
            yield Problem(
                site.file, site.line, "role", f"to {need.what} the app needs {names} on what {need.setting} names"
            )
    account = _text(given.get(COSMOS_NEED.setting)).rpartition(".properties")[0]
    scopes = {account, f"{account}/dbs/{given.get('COSMOS_DATABASE')}"}
    documents = [one for one in resources if one.type.endswith("/sqlRoleAssignments") and one.id.startswith(account)]
    if not any(
        _role(one) == COSMOS_CONTRIBUTOR
        and _text(one.get("properties", "principalId")) in principals
        and one.get("properties", "scope") in scopes
        for one in documents
    ):
        yield Problem(
            site.file, site.line, "role", f"to {COSMOS_NEED.what} the app needs to be Data Contributor of its database"
        )


def evidence() -> Iterator[Problem]:
    """Give where the table of needs no longer says what the code does."""
    for need in (*NEEDS, COSMOS_NEED):
        if need.file and need.evidence not in (code.ROOT / need.file).read_text("utf-8"):
            yield _stale(need)
    for package in sorted(code.azure_packages()):
        if not any(package == one or package.startswith(f"{one}.") for one in SDKS):
            yield Problem("infra/check/roles.py", 1, "role", f"the code uses {package}: which role does it need?")


def _stale(need: Need) -> Problem:
    return Problem(
        "infra/check/roles.py", 1, "role", f"{need.file} has no {need.evidence!r} any more: does it {need.what}?"
    )


def _signals(site: Planned) -> Iterator[Problem]:
    functions = code.functions().names
    for ready in site.get("properties", "functionAppConfig", "scaleAndConcurrency", "alwaysReady") or []:
        name = str(ready.get("name")).removeprefix("function:")
        if name not in functions:
            yield Problem(site.file, site.line, "signal", f"alwaysReady: function_app.py has no function {name}")


def _role(one: Planned) -> str:
    return str(one.get("properties", "roleDefinitionId")).rpartition("/")[2]


def _text(value: object) -> str:
    return value.text if isinstance(value, Unknown) else str(value)
