"""Compares what the code needs with a deployment: settings, queues, containers, functions."""

from collections.abc import Iterator
from typing import Any

from infra.check import code
from infra.check.deployment import SETTINGS, SITE, Deployment, known, last_literal
from infra.check.problem import Kind, Problem
from shared.errors import Misconfigured
from shared.settings import SECRETS, Settings

QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
SPEECH = "Microsoft.CognitiveServices/accounts"
COSMOS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"


def check(one: Deployment) -> Iterator[Problem]:
    """Yield what the code needs and the deployment lacks, and what the deployment has and the code does not use."""
    yield from _settings(one.settings)
    yield from _speech(one)
    yield from _queues(one)
    yield from _blob_containers(one)
    yield from _cosmos_containers(one)
    yield from _scaled(one)


def _settings(given: dict[str, Any]) -> Iterator[Problem]:
    wanted = code.deployable_settings()
    for name in sorted(wanted - given.keys()):
        yield Problem("setting", SETTINGS, f"{name} is in docs/settings.md and not given")
    for name in sorted(code.NEEDED_SETTINGS.keys() - given.keys()):
        yield Problem("setting", SETTINGS, f"{name} is not given: {code.NEEDED_SETTINGS[name]}")
    for name in sorted(given.keys() - wanted - code.NEEDED_SETTINGS.keys() - code.OTHER_SETTINGS.keys()):
        kind: Kind = "security" if name in SECRETS else "setting"
        yield Problem(kind, SETTINGS, f"{name} is given, and the code knows no such setting for Azure")
    for name in sorted(name for name, value in given.items() if not isinstance(value, str)):
        yield Problem("setting", SETTINGS, f"{name} is {given[name]!r}: settings are strings")
    try:
        Settings.from_env({name: _filled(name, value) for name, value in given.items()})
    except Misconfigured as error:
        yield Problem("setting", SETTINGS, f"the app would not start: {error}")


def _speech(one: Deployment) -> Iterator[Problem]:
    """Yield an existing Speech resource that may lack the subdomain, which Entra ID requires."""
    endpoint = str(one.settings.get("SPEECH_ENDPOINT"))
    if not one.of(SPEECH) and not ("customSubDomainName" in endpoint and "fail(" in endpoint):
        yield Problem("setting", SETTINGS, "SPEECH_ENDPOINT: without a custom subdomain the deployment does not fail")


def _filled(name: str, value: object) -> str:
    """Return a setting's value, with a valid placeholder for what only Azure knows."""
    if known(value):
        return str(value)
    return "https://known-later.example" if name.lower().endswith(("endpoint", "uri")) else "known-later"


def _queues(one: Deployment) -> Iterator[Problem]:
    fields = Settings.model_fields.items()
    settings = {name: one.settings.get(str(field.alias)) or str(field.default) for name, field in fields}
    made, wanted = (
        {queue.name for queue in one.of(QUEUES)},
        {name.format(**settings) for name in code.functions().queues},
    )
    for name in sorted(wanted - made):
        yield Problem("queue", QUEUES, f"function_app.py uses {name}, which is not made")
    for name in sorted(made - wanted):
        yield Problem("queue", QUEUES, f"{name} is made, and function_app.py does not use it")


def _blob_containers(one: Deployment) -> Iterator[Problem]:
    made = {container.name for container in one.of(BLOBS)}
    wanted = {str(one.settings.get("RAW_CONTAINER")): "RAW_CONTAINER names"} | {
        last_literal(site.get("properties.functionAppConfig.deployment.storage.value")): "the app is deployed from"
        for site in one.of(SITE)
    }
    for site in one.of(SITE):
        package = last_literal(site.get("properties.functionAppConfig.deployment.storage.value"))
        if not package.endswith(site.name.rpartition("-")[2]):
            text = f"{package} does not end as {site.name} does: environments on one account would share it"
            yield Problem("container", BLOBS, text)
    for name, why in wanted.items():
        if name not in made:
            yield Problem("container", BLOBS, f"{why} {name}, which is not made")
    for name in sorted(made - wanted.keys()):
        yield Problem("container", BLOBS, f"nothing uses the container {name}")


def _cosmos_containers(one: Deployment) -> Iterator[Problem]:
    wanted = code.cosmos_containers()
    made = {container.name: container for container in one.of(COSMOS)}
    for name, container in made.items():
        if name not in wanted:
            yield Problem("container", COSMOS, f"the code has no use for {name}")
            continue
        said = container.get("properties.resource") or {}
        for key in sorted({*said, *wanted[name]}):
            if said.get(key) != wanted[name].get(key):
                text = f"{name}: {key} is {said.get(key)}, shared/domain/containers.py says {wanted[name].get(key)}"
                yield Problem("container", COSMOS, text)
        database = str(container.body["name"]).rpartition("/")[0].rpartition("/")[2]
        if database != one.settings.get("COSMOS_DATABASE"):
            text = f"{name} is in the database {database}, COSMOS_DATABASE is {one.settings.get('COSMOS_DATABASE')}"
            yield Problem("container", COSMOS, text)
    for name in sorted(wanted.keys() - made.keys()):
        yield Problem("container", COSMOS, f"the code needs {name}, which is not made")


def _scaled(one: Deployment) -> Iterator[Problem]:
    functions = code.functions().names
    for site in one.of(SITE):
        for ready in site.get("properties.functionAppConfig.scaleAndConcurrency.alwaysReady") or []:
            name = str(ready.get("name")).removeprefix("function:")
            if name not in functions:
                yield Problem("flex", SITE, f"alwaysReady: function_app.py has no function {name}")
