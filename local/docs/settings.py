"""Generates the table of docs/settings.md and local.settings.sample.json."""

import json
from typing import Any, get_args

from pydantic.fields import FieldInfo

from local.azurite import ACCOUNT, KEY
from local.cosmos import KEY as COSMOS_KEY
from local.docs.pages import table
from local.stack import DEFAULTS, PREFERRED, SPEECH_KEY
from shared.setting_types import HostList, Origin, Url
from shared.settings import SECRETS, Settings, settings_table

RUNTIME = "FUNCTIONS_WORKER_RUNTIME"
"""`func start` needs this setting too; the app does not read it."""

_BY_CHECK = (
    (get_args(Origin)[1], "URL without a path"),
    (get_args(Url)[1], "URL"),
    (get_args(HostList)[1], "hosts, suffixes, origins, by comma"),
)
_BY_NAME = {"POLL_SCHEDULE": "six fields", "AzureWebJobsStorage": "connection string"}


def settings_blocks() -> dict[str, str]:
    """Return the blocks of docs/settings.md by name."""
    schemas = Settings.model_json_schema(by_alias=True)["properties"]
    rows = (
        (
            f"`{name}`",
            str(field.description),
            _default(field),
            _allowed(name, field, schemas[name]),
            "secret" if name in SECRETS else "",
        )
        for name, field in settings_table()
    )
    return {"settings": table(("setting", "meaning", "default", "allowed", ""), rows)}


def sample_settings() -> str:
    """Return local.settings.sample.json: every setting, for a stack of `make up` on its preferred ports."""
    local = {**DEFAULTS, **_LOCAL}
    values = {name: local.get(name, _written(field)) for name, field in settings_table()}
    sample = {
        "IsEncrypted": False,
        "Values": {RUNTIME: "python", **values},
        "Host": {"LocalHttpPort": PREFERRED.functions},
    }
    return json.dumps(sample, indent=2) + "\n"


def _storage() -> str:
    endpoints = zip(("Blob", "Queue", "Table"), PREFERRED.azurite, strict=True)
    named = "".join(f"{kind}Endpoint=http://127.0.0.1:{port}/{ACCOUNT};" for kind, port in endpoints)
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{named}"


_LOCAL = {
    "SPEECH_ENDPOINT": f"http://127.0.0.1:{PREFERRED.speech}",
    "SPEECH_KEY": SPEECH_KEY,
    "CONTENT_HOSTS": f"http://127.0.0.1:{PREFERRED.azurite[0]},.blob.core.windows.net",
    "COSMOS_ENDPOINT": f"http://127.0.0.1:{PREFERRED.cosmos}",
    "COSMOS_KEY": COSMOS_KEY,
    "AzureWebJobsStorage": _storage(),
}
"""Addresses on one machine."""


def _written(field: FieldInfo) -> str:
    """Return a default as the environment would hold it. No default is the empty text, which counts as unset."""
    match field.default:
        case None:
            return ""
        case bool(value):
            return str(value).lower()
        case value:
            return str(value)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    written = _written(field)
    return f"`{written}`" if written else "none"


def _allowed(name: str, field: FieldInfo, schema: dict[str, Any]) -> str:
    """Return in words what the field accepts, by its JSON Schema and by the checks that a schema does not show."""
    # The checks of a field that may be None are inside its annotation.
    checks = [*field.metadata, *(check for each in get_args(field.annotation) for check in get_args(each)[1:])]
    if words := _BY_NAME.get(name) or next((words for check, words in _BY_CHECK if check in checks), None):
        return words
    match next(choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"):
        case {"enum": choices}:
            return ", ".join(f"`{each}`" for each in choices)
        case {"type": "boolean"}:
            return "`true`, `false`"
        case {"type": kind, "minimum": least, "maximum": most}:
            return f"{'whole ' if kind == 'integer' else ''}number, {least} to {most}"
        case {"pattern": pattern, "minLength": least, "maxLength": most}:
            return f"{least} to {most} characters, `{pattern}`"
        case _:
            return "text"
