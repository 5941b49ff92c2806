"""The cache of the type database: how an answer of azmcp becomes a file, and what is said without azmcp."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.check.cache import compact, reduced
from infra.check.schema import TYPES, Basic, ListOf, OneOf, Prop, ResourceType, Shape, resource_types

ANSWER: list[dict[str, Any]] = [
    {
        "$type": "Resource",
        "name": "My.Things/things@2025-01-01",
        "bodyType": {
            "$type": "Object",
            "name": "My.Things/things",
            "properties": [
                {
                    "name": "apiVersion",
                    "type": "2025-01-01",
                    "flags": "ReadOnly, DeployTimeConstant",
                    "description": "d",
                },
                {
                    "name": "name",
                    "type": "string",
                    "flags": "Required",
                    "modifiers": "minLength: 3, pattern: ^[a, b]+$",
                },
                {"name": "properties", "type": "Inner[]"},
            ],
        },
    },
    {"$type": "Object", "name": "Inner", "properties": [], "additionalPropertiesType": "Deep"},
    {"$type": "Object", "name": "Deep", "properties": [{"name": "mode", "type": "On | Off | string"}]},
    {"$type": "Object", "name": "Elsewhere", "properties": []},
    {"$type": "ResourceInstanceFunction", "name": "listKeys"},
]


def test_an_answer_is_kept_without_words_and_without_what_the_type_does_not_reach() -> None:
    assert reduced("My.Things/things", ANSWER, "azmcp 1") == {
        "type": "My.Things/things",
        "apiVersion": "2025-01-01",
        "source": "azmcp 1",
        "body": "My.Things/things",
        "types": {
            "My.Things/things": {
                "properties": {
                    "apiVersion": ["2025-01-01", "o"],
                    "name": ["string", "r", "minLength: 3"],
                    "properties": ["Inner[]"],
                }
            },
            "Inner": {"properties": {}, "additional": "Deep"},
            "Deep": {"properties": {"mode": ["On | Off | string"]}},
        },
    }


def test_every_file_of_the_cache_is_written_as_the_command_writes_it() -> None:
    files = [*TYPES.glob("*.json"), *TYPES.glob("by-hand/*.json")]
    wrong = [path.name for path in files if path.read_text("utf-8") != compact(json.loads(path.read_text("utf-8")))]
    assert wrong == []
    assert len(files) >= 30


def test_types_mean_what_the_database_writes() -> None:
    known = ResourceType("t", "v", "s", "B", {"B": Shape({"a": Prop("string")})})
    assert known.kind("string") == Basic("string")
    assert known.kind("B") == Shape({"a": Prop("string")})
    assert known.kind("B[]") == ListOf("B")
    assert known.kind("On | Off | string") == OneOf(("On", "Off"))
    assert known.kind("Only") == OneOf(("Only",))


def test_what_the_database_knows_by_name_only_is_filled_by_hand() -> None:
    one = resource_types()["microsoft.insights/metricalerts"]
    assert one.version == "2018-03-01"
    assert one.source.startswith("Azure/azure-rest-api-specs")


def test_without_azmcp_the_command_says_what_to_install(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.check.cache"]
    environ = os.environ | {"AZMCP_PATH": str(tmp_path)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 2
    assert "pip install msmcp-azure" in done.stderr
