"""Generates blocks of the contract page: tables of properties, containers and states, examples, a reader's code."""

import inspect
import json
import re
import types
from collections.abc import Iterable, Iterator, Mapping

from local.docs import moment, reader
from local.docs.examples import examples
from local.docs.pages import code, json_text, table
from local.docs.run import Run
from local.docs.schemas import CONTRACTS, SYSTEM_PROPERTIES, Contract, Meanings, Schema, referenced
from shared.domain.containers import CONTAINERS
from shared.domain.documents import Document as DocumentType
from shared.domain.documents import FileDocument, Part
from shared.domain.job import END_STATES, LIFE

_NO_DEFAULT = object()

_COMMON = (
    (DocumentType, "every document"),
    (FileDocument, "every document of container `transcripts`"),
    (Part, "every part: `part`, `report`"),
)


def contract_blocks(schemas: Mapping[str, Schema], run: Run) -> dict[str, str]:
    """Return the blocks of docs/contract/README.md by name."""
    shown = examples(run)
    return {
        "containers": _containers(),
        "states": _states(),
        "reader": _source(reader),
        "moment": _source(moment),
        "conversation": code("text", _spoken(run)),
        "properties of every document": _common(schemas),
        **{f"properties: {each.name}": _properties(each, schemas[each.name]) for each in CONTRACTS},
        **{f"example: {name}": code("json", json_text(document)) for name, document in shown.items()},
    }


def _source(module: types.ModuleType) -> str:
    """Return the module's code without its docstring."""
    return code("python", inspect.getsource(module).partition('"""\n\n')[2])


def _containers() -> str:
    rows = (
        (f"`{each.name}`", _listed(each.partition_key), _listed(each.indexed), "; ".join(map(_listed, each.composite)))
        for each in CONTAINERS
    )
    return table(("container", "partition key", "indexed properties", "composite indexes, ascending"), rows)


def _states() -> str:
    rows = (
        (_state(status), str(event), _state(following))
        for status, following_by_event in LIFE.items()
        for event, following in following_by_event.items()
    )
    return table(("from", "when", "to"), rows)


def _state(status: str | None) -> str:
    if status is None:
        return "no document"
    return f"**`{status}`**" if status in END_STATES else f"`{status}`"


def _spoken(run: Run) -> str:
    return "\n".join(f"speaker {turn['speaker']}: {turn['display']}" for turn in run.conversation)


def _common(schemas: Mapping[str, Schema]) -> str:
    meanings = Meanings()
    kinds = {path: kind for path, kind, _ in _rows(schemas["part"], schemas["part"])}
    types = (schemas[each.name]["properties"]["type"]["const"] for each in CONTRACTS if each.is_document)
    kinds["type"] = _listed(dict.fromkeys(types))
    rows = (
        (f"`{name}`", words, kinds[name], meaning)
        for shape, words in _COMMON
        for name, meaning in meanings.own(shape).items()
    )
    return table(("property", "in", "type", "meaning"), rows)


def _properties(contract: Contract, schema: Schema) -> str:
    own = Meanings().own(contract.shape)
    rows = (row for row in _rows(schema, schema) if not contract.is_document or re.split(r"[.\[]", row[0])[0] in own)
    return table(("property", "type", "meaning"), ((f"`{path}`", kind, meaning) for path, kind, meaning in rows))


def _rows(schema: Schema, root: Schema, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, type and meaning of each property. The properties of an inner object follow the one that holds it."""
    for name, value in schema["properties"].items():
        if value in SYSTEM_PROPERTIES.values():
            continue
        path = f"{prefix}{name}{'[]' if 'items' in value else ''}"
        yield path, _kind(value, root) + _presence(name, schema), value["description"]
        inner = root.get("$defs", {}).get(referenced(value), {})
        if "properties" in inner:
            yield from _rows(inner, root, f"{path}.")


def _kind(value: Schema, root: Schema) -> str:
    """Return a property's type in words."""
    if "const" in value:
        return f"`{value['const']}`"
    if "items" in value:
        return f"array of {_kind(value['items'], root)}"
    if "anyOf" in value:
        return " or ".join(_kind(choice, root) for choice in value["anyOf"])
    if "$ref" in value:
        return _choice(root["$defs"][referenced(value)])
    if "enum" in value:
        return _choice(value)
    names = value["type"] if isinstance(value["type"], list) else [value["type"]]
    return " or ".join("time of day" if "format" in value and name == "string" else name for name in names)


def _choice(value: Schema) -> str:
    return " or ".join(f"`{each}`" for each in value["enum"]) if "enum" in value else "object"


def _presence(name: str, schema: Schema) -> str:
    if name in schema["required"]:
        return ""
    default = schema["properties"][name].get("default", _NO_DEFAULT)
    return ", may be left out" if default is _NO_DEFAULT else f", may be left out: `{json.dumps(default)}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
