"""JSON Schemas of documents and messages, from the code's types. meanings.toml describes the properties."""

import inspect
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import UnsetType

from shared.cli.doctor import checks
from shared.domain import documents, enqueued, forgotten, job, messages, poll_mark
from shared.domain.documents import FAILURE_ID, HEAD_ID, SCHEMA_VERSION, Document, FileFailure, Transcript, UtcTime
from shared.domain.forgotten import ForgottenFile
from shared.domain.poll_mark import POLL_ID, PollMark
from shared.rendering import data

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

TOLERANCE = (
    "Properties may be added without a new schemaVersion: a reader passes over those that it does not know, and so "
    "does this schema."
)

SYSTEM_PROPERTIES: Mapping[str, Schema] = {
    "_attachments": {"type": "string", "description": "Of Cosmos DB."},
    "_etag": {"type": "string", "description": "Of Cosmos DB: changes whenever the document does."},
    "_rid": {"type": "string", "description": "Of Cosmos DB."},
    "_self": {"type": "string", "description": "Of Cosmos DB."},
    "_ts": {"type": "integer", "description": "Of Cosmos DB: when the document was last written, in s since 1970."},
}

_FIXED_IDS: Mapping[type, str] = {
    Transcript: HEAD_ID,
    ForgottenFile: HEAD_ID,
    FileFailure: FAILURE_ID,
    PollMark: POLL_ID,
}
_PREFIX = "#/$defs/"
_UTC_WORDS = get_args(UtcTime)[1].description


class MeaningError(Exception):
    """meanings.toml and the code's types name different properties. The message lists them."""


@dataclass(frozen=True)
class Contract:
    """A document type, or a message: the name of its schema, and the type it is made from."""

    name: str
    shape: type[msgspec.Struct]

    @property
    def file(self) -> str:
        """Name of the schema's file, and its `$id`."""
        return f"{self.name}.schema.json"

    @property
    def is_document(self) -> bool:
        """Whether it is stored in Cosmos DB."""
        return issubclass(self.shape, Document)


CONTRACTS = (
    Contract("job", job.Job),
    Contract("rejected", job.Rejected),
    Contract("poll", poll_mark.PollMark),
    Contract("transcript", documents.Transcript),
    Contract("part", documents.ResultPart),
    Contract("report", documents.ReportPart),
    Contract("fileFailure", documents.FileFailure),
    Contract("forgottenFile", forgotten.ForgottenFile),
    Contract("forgottenJob", forgotten.ForgottenJob),
    Contract("enqueued", enqueued.EnqueueRequest),
    Contract("listJobFiles", messages.ListJobFiles),
    Contract("fetchPage", messages.FetchPage),
    Contract("fetchFile", messages.FetchFile),
)

EXPORT = Contract("export", data.ExportedRecording)
"""What `speech2cosmos export -f json` writes. It is not stored."""

DOCTOR = Contract("doctor", checks.Diagnosis)
"""What `speech2cosmos doctor -o json` prints. It is not stored."""

PRINTED = (EXPORT, DOCTOR)

_STRUCTS: Mapping[str, type[msgspec.Struct]] = {
    name: value
    for module in (documents, enqueued, forgotten, job, messages, poll_mark, data, checks)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, msgspec.Struct)
}


_ADDED_LATER = {
    (documents.Transcript, "mirroredChannels"),
    (documents.TurnsSummary, "index"),
    (documents.Turn, "confidence"),
}
"""Properties that every document has now, and that stored documents of earlier writers lack."""


class Meanings:
    """Descriptions of properties: by the type that declares the property, then by its name."""

    def __init__(self) -> None:
        text = (Path(__file__).parent / "meanings.toml").read_text(encoding="utf-8")
        self._words: dict[str, dict[str, str]] = tomllib.loads(text)
        self._used: set[tuple[str, str]] = set()

    def of(self, shape: type, name: str) -> str:
        """Return the description, of a base class if the type has none. Raises MeaningError if there is none."""
        places = [base.__name__ for base in inspect.getmro(shape) if name in self._words.get(base.__name__, {})]
        if not places:
            raise MeaningError(f"meanings.toml says nothing of {shape.__name__}.{name}")
        self._used.update((place, name) for place in places)
        return self._words[places[0]][name]

    def own(self, shape: type) -> Mapping[str, str]:
        """Return the descriptions of the type itself, without its base classes."""
        return self._words.get(shape.__name__, {})

    def check_all_used(self) -> None:
        """Raise MeaningError if a description belongs to no property."""
        unused = {(shape, name) for shape, names in self._words.items() for name in names} - self._used
        if unused:
            raise MeaningError(f"no type has: {', '.join(sorted('.'.join(each) for each in unused))}")


def schemas() -> dict[str, Schema]:
    """Return the schemas by the names of their contracts. Raises MeaningError."""
    meanings = Meanings()
    made = {contract.name: _schema(contract, meanings) for contract in (*CONTRACTS, *PRINTED)}
    meanings.check_all_used()
    return made


def schema_text(schema: Schema) -> str:
    """Return the schema as its file holds it."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def referenced(schema: Schema) -> str | None:
    """Return the definition to which a property's schema refers: directly, as items of a list, or beside null."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_PREFIX)
    inner = [schema["items"]] if "items" in schema else schema.get("anyOf", [])
    return next((name for each in inner if (name := referenced(each))), None)


def _schema(contract: Contract, meanings: Meanings) -> Schema:
    _, components = msgspec.json.schema_components([contract.shape], ref_template=_PREFIX + "{name}")
    definitions = {name: _definition(name, schema, contract, meanings) for name, schema in components.items()}
    root = definitions.pop(contract.shape.__name__)
    root |= {"$schema": DIALECT, "$id": contract.file, "title": contract.name}
    if contract.is_document:
        root["description"] += "\n\n" + TOLERANCE
        root["properties"] |= SYSTEM_PROPERTIES
    return root | ({"$defs": definitions} if definitions else {})


def _definition(name: str, schema: Schema, contract: Contract, meanings: Meanings) -> Schema:
    made = dict(schema)
    if "description" in made:
        made["description"] = inspect.cleandoc(made["description"])
    if "properties" not in made:
        return made
    shape = _STRUCTS[name]
    made["properties"] = {
        key: _property(value, shape, key, contract, meanings) for key, value in schema["properties"].items()
    }
    if contract.is_document:
        # The code writes every property. msgspec describes what it reads, where one with a default may be absent.
        names = {field.encode_name for field in msgspec.structs.fields(shape) if not _optional(field)}
        made["required"] = sorted(name for name in names if (shape, name) not in _ADDED_LATER)
    return made


def _optional(field: msgspec.structs.FieldInfo) -> bool:
    return UnsetType in get_args(field.type)


def _property(schema: Schema, shape: type, name: str, contract: Contract, meanings: Meanings) -> Schema:
    made = _simple(schema)
    if contract.is_document:
        made.pop("default", None)
        if name == "schemaVersion":
            made["const"] = SCHEMA_VERSION
        if name == "id" and shape is contract.shape:
            made |= {"const": _FIXED_IDS[shape]} if shape in _FIXED_IDS else {"pattern": "^[A-Za-z0-9_-]+$"}
    return made | {"description": meanings.of(shape, name)}


def _simple(schema: Schema) -> Schema:
    """Return an equivalent, shorter schema: types in one list, const for a single choice, `format` for times of day."""
    made = dict(schema)
    if made.pop("description", None) == _UTC_WORDS:
        made["format"] = "date-time"
        del made["pattern"]  # stricter, so that times can be compared as texts; readers have the format
    if "enum" in made and len(made["enum"]) == 1:
        made["const"] = made.pop("enum")[0]
    if "items" in made:
        made["items"] = _simple(made["items"])
    if "anyOf" in made:
        choices = [_simple(choice) for choice in made["anyOf"]]
        if any("$ref" in choice for choice in choices):
            return made | {"anyOf": choices}
        del made["anyOf"]
        names = [choice.pop("type") for choice in choices]
        made["type"] = [name for name in names if name != "integer" or "number" not in names]
        for choice in choices:
            made |= choice
    return made
