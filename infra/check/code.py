"""Reads from the code what it needs of a deployment."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.domain import messages
from shared.domain.containers import CONTAINERS, TIME_TO_LIVE
from shared.settings import SECRETS, Settings, settings_table

ROOT = Path(__file__).parent.parent.parent

NEEDED_SETTINGS = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "the host sends telemetry as the app's identity",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where the host sends telemetry",
    "AZURE_CLIENT_ID": "azure-identity: which user-assigned identity",
    "AzureWebJobsStorage__clientId": "the host: which user-assigned identity",
    "AzureWebJobsStorage__credential": "the host: a managed identity in place of a key",
    "AzureWebJobsStorage__tableServiceUri": "where the host keeps its diagnostic events",
}
"""Settings that the platform and its libraries need to work by identity, besides those of docs/settings.md."""

OTHER_SETTINGS = {"PYTHON_THREADPOOL_THREAD_COUNT": "the Python worker: functions that run at once on an instance"}
"""Settings that the platform reads and that have defaults."""


@dataclass(frozen=True)
class Functions:
    """What function_app.py declares. In the name of a queue, `{jobs_queue}` is replaced by that field of Settings."""

    names: frozenset[str]
    queues: frozenset[str]


def deployable_settings() -> set[str]:
    """Return the settings that a deployment sets: all but keys and the connection string."""
    return {name for name, _ in settings_table()} - SECRETS


@cache
def functions() -> Functions:
    """Return the functions and their queues. It parses the file and does not run it."""
    module = ast.parse((ROOT / "function_app.py").read_text("utf-8"))
    constants: dict[str, str] = {name: value for name, value in vars(messages).items() if isinstance(value, str)}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constants[node.targets[0].id] = _text(node.value, constants)
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    named = [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "function_name"]
    keywords = [one for call in calls for one in call.keywords if one.arg == "queue_name"]
    return Functions(
        frozenset(_text(one.args[0], constants) for one in named),
        frozenset(_text(one.value, constants) for one in keywords),
    )


def cosmos_containers() -> dict[str, dict[str, Any]]:
    """Return each container, by its name, in the form of Cosmos DB's API."""
    return {
        one.name: {
            "id": one.name,
            "partitionKey": {
                "paths": list(one.partition_key),
                # https://learn.microsoft.com/azure/cosmos-db/hierarchical-partition-keys: several paths, version 2
                "kind": "MultiHash" if one.partition_key[1:] else "Hash",
                "version": 2,
            },
            "indexingPolicy": one.indexing_policy(),
            "defaultTtl": TIME_TO_LIVE,
        }
        for one in CONTAINERS
    }


@cache
def azure_packages() -> frozenset[str]:
    """Return every package of Azure's SDK that the deployed code imports."""
    imports = [node for node in ast.walk(_deployed()) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [
        node.module if isinstance(node, ast.ImportFrom) else alias.name for node in imports for alias in node.names
    ]
    return frozenset(name for name in names if name and name.split(".")[0] == "azure")


@cache
def _deployed() -> ast.Module:
    files = [ROOT / "function_app.py", *sorted((ROOT / "shared").rglob("*.py"))]
    # .funcignore excludes the command line from the package.
    kept = [path for path in files if "cli" not in path.relative_to(ROOT).parts]
    return ast.Module([node for path in kept for node in ast.parse(path.read_text("utf-8")).body], [])


def _text(node: ast.expr, constants: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.Name(id=name):
            return constants.get(name, "")
        case ast.Attribute(attr=name) if name in Settings.model_fields:
            return f"{{{name}}}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, constants) + _text(right, constants)
        case _:
            return ""
