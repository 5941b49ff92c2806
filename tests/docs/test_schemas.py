"""The schemas accept every document of a run, and refuse other documents."""

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from local.docs.examples import examples
from local.docs.run import Run
from local.docs.schemas import CONTRACTS, PRINTED, MeaningError, Meanings, Schema
from shared.domain.enqueued import decode_enqueued
from shared.domain.job import Job
from shared.domain.messages import decode_work

DOCUMENTS = [each.name for each in CONTRACTS if each.is_document]
MESSAGES = {"list": "listJobFiles", "page": "fetchPage", "fetch": "fetchFile"}

Value = dict[str, Any]


def closed(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return the schema without additional properties, so that a forgotten property is found."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return {**made, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else made


def example_of(name: str, ran: Run) -> Value:
    """Return the first example of a document type or message."""
    shown = examples(ran)
    return copy.deepcopy(next(value for title, value in shown.items() if title.split()[0] == name))


def schema_of(document: Value) -> str:
    """Return the name of a document's schema: its type, except that a job and a file have tombstones of one type."""
    name: str = document["type"]
    return name if name != "forgotten" else "forgottenFile" if "fileId" in document else "forgottenJob"


def paths(value: Any, prefix: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the path of every property in a value."""
    if isinstance(value, list):
        for each in value:
            yield from paths(each, f"{prefix}[]")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield f"{prefix}.{key}"
            yield from paths(each, f"{prefix}.{key}")


def declared(schema: Schema, root: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield path and schema of every property that a schema names, except Cosmos DB's own."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    for choice in schema.get("anyOf", ()):
        yield from declared(choice, root, prefix)
    if "items" in schema:
        yield from declared(schema["items"], root, f"{prefix}[]")
    for key, each in schema.get("properties", {}).items():
        if not key.startswith("_"):
            yield f"{prefix}.{key}", each
            yield from declared(each, root, f"{prefix}.{key}")


def test_every_schema_is_valid_and_has_its_file_name_as_id(contract: dict[str, Schema]) -> None:
    for name, schema in contract.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        assert (schema["$id"], schema["title"]) == (f"{name}.schema.json", name)
        assert schema["description"]


def test_every_document_type_is_written_and_matches_its_schema(ran: Run, contract: dict[str, Schema]) -> None:
    for document in ran.documents():
        Draft202012Validator(contract[schema_of(document)]).validate(document)
    assert {schema_of(document) for document in ran.documents()} == set(DOCUMENTS)


def test_the_schemas_name_every_property_that_the_run_wrote(ran: Run, contract: dict[str, Schema]) -> None:
    strict = {name: Draft202012Validator(closed(schema)) for name, schema in contract.items()}
    for document in ran.documents():
        strict[schema_of(document)].validate(document)
    for message in ran.messages:
        strict[MESSAGES[message["do"]]].validate(message)


def test_every_property_of_a_schema_is_in_an_example(ran: Run, contract: dict[str, Schema]) -> None:
    seen = {(title.split()[0], path) for title, value in examples(ran).items() for path in paths(value)}
    stored = {name: schema for name, schema in contract.items() if name not in {each.name for each in PRINTED}}
    named = {(name, path) for name, schema in stored.items() for path, _ in declared(schema, schema)}
    lone = {(name, ".ttl") for name in DOCUMENTS if name != "part"}  # in the examples once, in the retired part
    lone.add(("job", ".forgottenAt"))  # only where one recording of a job was erased
    amidst = {
        (name, path) for name, path in named if name == "poll" and path.count(".") > 1
    }  # present while a job is being processed
    assert named - seen - amidst == lone


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schemas_allow_additional_properties(name: str, ran: Run, contract: dict[str, Schema]) -> None:
    document = example_of(name, ran) | {"addedLater": {"anything": 1}}
    assert Draft202012Validator(contract[name]).is_valid(document)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    "change", [{"type": "letter"}, {"schemaVersion": 2}, {"id": 5}, {"id": "a/b"}, {"ttl": "soon"}, {"type": None}]
)
def test_a_document_of_another_kind_is_invalid(name: str, change: Value, ran: Run, contract: dict[str, Schema]) -> None:
    document = example_of(name, ran)
    assert Draft202012Validator(contract[name]).is_valid(document)
    assert not Draft202012Validator(contract[name]).is_valid(document | change)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_without_a_property_is_invalid(name: str, ran: Run, contract: dict[str, Schema]) -> None:
    document = example_of(name, ran)
    validator = Draft202012Validator(contract[name])
    added_later = {"mirroredChannels"} if name == "transcript" else set()
    for key in document.keys() - {"ttl"} - added_later:
        less = {other: value for other, value in document.items() if other != key}
        assert not validator.is_valid(less), key


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("job", {"status": "finished"}),
        ("job", {"files": None}),
        ("job", {"failure": {"code": "A", "message": "b", "origin": "somebody"}}),
        ("transcript", {"durationInTicks": 1.5}),
        ("transcript", {"speakers": [None]}),
        ("transcript", {"tracks": [{"channel": 0}]}),
        ("part", {"tracks": [{"channel": 0, "speaker": "none", "phrases": []}]}),
        ("part", {"tracks": [{"channel": 0, "speaker": None, "phrases": [{"index": 0}]}]}),
        ("part", {"combined": [{"channel": 0, "lexical": "", "itn": "", "maskedITN": "", "display": None}]}),
        ("fileFailure", {"id": "transcript"}),
    ],
)
def test_a_value_of_another_type_is_invalid(name: str, change: Value, ran: Run, contract: dict[str, Schema]) -> None:
    assert not Draft202012Validator(contract[name]).is_valid(example_of(name, ran) | change)


def test_no_document_matches_the_schema_of_another_type(ran: Run, contract: dict[str, Schema]) -> None:
    for document in ran.documents():
        fitting = [name for name in DOCUMENTS if Draft202012Validator(contract[name]).is_valid(document)]
        assert fitting == [schema_of(document)]


def test_every_nullable_property_says_when_it_is_null(contract: dict[str, Schema]) -> None:
    properties = [pair for schema in contract.values() for pair in declared(schema, schema)]
    nullable = [(path, each) for path, each in properties if "null" in msgspec.json.encode(_own(each)).decode()]
    assert len(nullable) > 30
    assert [path for path, each in nullable if "`null`" not in each["description"]] == []


def _own(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key in {"type", "anyOf", "items"}}


def test_every_property_in_ticks_gives_the_length_of_a_tick(contract: dict[str, Schema]) -> None:
    ticks = [pair for schema in contract.values() for pair in declared(schema, schema) if "InTicks" in pair[0]]
    assert [path for path, each in ticks if path.endswith("InTicks") and "100 ns" not in each["description"]] == []
    assert len(ticks) > 10


def test_the_example_messages_can_be_decoded(ran: Run) -> None:
    shown = examples(ran)
    (enqueued,) = decode_enqueued(msgspec.json.encode(shown["enqueued"]))
    assert (enqueued.job_id, enqueued.reprocess) == (shown["enqueued"]["id"], True)
    (replayed,) = decode_enqueued(msgspec.json.encode(shown["enqueued to be replayed"]))
    assert (replayed.job_id, replayed.reprocess, replayed.replay) == (shown["enqueued"]["id"], False, True)
    for name in MESSAGES.values():
        assert msgspec.json.decode(msgspec.json.encode(decode_work(msgspec.json.encode(shown[name])))) == shown[name]
    assert decode_work(shown["fileFailure"]["queueMessage"].encode()).job_id == shown["fileFailure"]["jobId"]


def test_a_misspelt_property_of_an_enqueued_message_is_invalid(ran: Run, contract: dict[str, Schema]) -> None:
    validator = Draft202012Validator(contract["enqueued"])
    assert validator.is_valid({"id": example_of("enqueued", ran)["id"]})
    assert not validator.is_valid({"id": "x", "reproces": True})


def test_a_property_without_description_and_a_description_without_property_are_errors() -> None:
    meanings = Meanings()
    with pytest.raises(MeaningError, match=r"Job\.colour"):
        meanings.of(Job, "colour")
    meanings.of(Job, "status")
    with pytest.raises(MeaningError, match=r"no type has: .*\bJob\.run\b"):
        meanings.check_all_used()
