"""What is made for the contract page: tables of properties, containers and states, examples, code of a reader."""

import inspect
from collections.abc import Iterator, Mapping

from local.docs import reader
from local.docs.pages import code, json_text, table
from local.docs.run import Document, Run
from local.docs.examples import examples
from local.docs.schemas import CONTRACTS, Meanings, Schema, referenced
from shared.domain.containers import CONTAINERS
from shared.domain.documents import Document as DocumentType
from shared.domain.documents import FileDocument, Part
from shared.domain.job import END_STATES, LIFE

_COMMON = (
    (DocumentType, "every document"),
    (FileDocument, "every document of container `transcripts`"),
    (Part, "every part: `track`, `combined`, `turns`, `report`"),
)


def contract_blocks(schemas: Mapping[str, Schema], run: Run) -> dict[str, str]:
    """Return the blocks of docs/contract/README.md by name."""
    shown = examples(run)
    return {
        "containers": _containers(),
        "states": _states(),
        "reader": code("python", inspect.getsource(reader).partition('"""\n\n')[2]),
        "conversation": code("text", _spoken(run)),
        "properties of every document": _common(schemas),
        **{f"properties: {contract.name}": _properties(contract.name, schemas) for contract in CONTRACTS},
        **{f"example: {name}": code("json", json_text(document)) for name, document in shown.items()},
    }


def _containers() -> str:
    rows = (
        (f"`{each.name}`", " then ".join(f"`{path}`" for path in each.partition_key), _listed(each.indexed))
        for each in CONTAINERS
    )
    return table(("container", "partition key", "indexed properties"), rows)


def _states() -> str:
    rows = (
        (_state(status), str(event), _state(following))
        for status, following_by_event in LIFE.items()
        for event, following in following_by_event.items()
    )
    return table(("from", "when", "to"), rows)


def _state(status: str | None) -> str:
    if status is None:
        return "–"
    return f"**`{status}`**" if status in END_STATES else f"`{status}`"


def _spoken(run: Run) -> str:
    return "\n".join(f"speaker {turn['speaker']}: {turn['display']}" for turn in run.conversation)


def _common(schemas: Mapping[str, Schema]) -> str:
    meanings = Meanings()
    types = dict(_rows(schemas["track"], schemas["track"]))
    rows = (
        (f"`{name}`", words, types[name], meaning)
        for shape, words in _COMMON
        for name, meaning in meanings.own(shape).items()
    )
    return table(("property", "in", "type", "meaning"), rows)
