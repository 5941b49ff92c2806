"""Make infra/types anew: `python -m infra.check.cache` asks msmcp-azure, which holds Bicep's own type database.

Needs the program `azmcp` (`pip install msmcp-azure`, not among the requirements: 200 MB for a cache that changes twice
a year). It answers offline, for the newest API version of a type that it knows.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from infra.check.schema import TYPES
from infra.check.source import INFRA, Tree

_FLAGS = {"Required": "r", "ReadOnly": "o", "WriteOnly": "w"}
_NAME_ONLY = re.compile(r"with apiVersion (\S+) not supported")
_UNKNOWN = re.compile(r"not found")


class Refused(Exception):
    """The cache cannot be made; the text says why and what to do."""


def main() -> int:
    """Write a file for each resource type that the Bicep uses, and remove those of types it no longer uses."""
    program = shutil.which("azmcp", path=os.environ.get("AZMCP_PATH"))
    if program is None:
        sys.stderr.write(
            "azmcp is not here. In an environment of its own: pip install msmcp-azure, then run this again with "
            "AZMCP_PATH naming the folder that azmcp is in, such as AZMCP_PATH=/somewhere/bin\n"
        )
        return 2
    used = Tree.of(INFRA).resource_types()
    try:
        answers = {name: _ask(program, name) for name in sorted(used)}
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    for old in TYPES.glob("*.json"):
        old.unlink()
    for name, data in answers.items():
        (TYPES / f"{name.replace('/', '.')}.json").write_text(compact(data), "utf-8")
        only = "" if data["body"] else " (name and version only)"
        sys.stdout.write(f"{name} {data['apiVersion']}{only}\n")
    return 0


def compact(data: dict[str, Any]) -> str:
    """Return the file's text: JSON, each type of the resource type on a line of its own, so that diffs can be read."""
    lines = [f"{json.dumps(name)}:{json.dumps(one, separators=(',', ':'))}" for name, one in data["types"].items()]
    head = json.dumps({key: value for key, value in data.items() if key != "types"})
    return f'{head[:-1]}, "types": {{\n' + ",\n".join(lines) + "\n}}\n"


def _ask(program: str, name: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - the program is azmcp, the name a resource type from our own Bicep
        [program, "bicepschema", "get", "--resource-type", name],
        env={"AZURE_MCP_COLLECT_TELEMETRY": "false", "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    source = f"msmcp-azure {_version(program)}"
    if known := _NAME_ONLY.search(answer["message"]):
        return {"type": name, "apiVersion": known[1], "source": source, "body": None, "types": {}}
    if answer["status"] != 200:  # noqa: PLR2004 - as HTTP
        raise Refused(f"{name}: {answer['message']}")
    return reduced(name, answer["results"]["BicepSchemaResult"], source)


def _version(program: str) -> str:
    packages = Path(program).parent.parent.glob("lib/python*/site-packages")
    found = metadata.distributions(name="msmcp-azure", path=[str(one) for one in packages])
    return next((one.version for one in found), "of unknown version")


def reduced(name: str, entries: list[dict[str, Any]], source: str) -> dict[str, Any]:
    """Return a type's file: the types that its body reaches, without descriptions."""
    body = next(one["bodyType"] for one in entries if one["$type"] == "Resource")
    known = {one["name"]: one for one in entries if one["$type"] in {"Object", "DiscriminatedObject"}}
    known[name] = body
    types: dict[str, Any] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop(0)
        if one in known and one not in types:
            types[one] = _reduced_type(known[one])
            waiting += _names_in(types[one])
    version = _prop_type(body, "apiVersion")
    return {"type": name, "apiVersion": version, "source": source, "body": name, "types": types}


def _reduced_type(data: dict[str, Any]) -> dict[str, Any]:
    if data["$type"] == "DiscriminatedObject":
        key = data.get("discriminator") or "name"
        elements = {_prop_type(one, key): {"properties": _properties(one["properties"])} for one in data["elements"]}
        return {"properties": _properties(data["baseProperties"]), "discriminator": key, "elements": elements}
    additional = data.get("additionalPropertiesType")
    return {"properties": _properties(data["properties"])} | ({"additional": additional} if additional else {})


def _properties(listed: list[dict[str, Any]]) -> dict[str, list[str]]:
    properties = {}
    for one in listed:
        flags = "".join(_FLAGS.get(flag, "") for flag in one.get("flags", "").split(", "))
        bounds = ", ".join(part for part in one.get("modifiers", "").split(", ") if part.startswith("m"))
        parts = [str(one["type"]), flags, bounds]
        while not parts[-1]:
            parts.pop()
        properties[one["name"]] = parts
    return properties


def _prop_type(data: dict[str, Any], key: str) -> str:
    shape = data if "properties" in data else data["elements"][0]
    return next(str(one["type"]) for one in shape["properties"] if one["name"] == key)


def _names_in(reduced_type: dict[str, Any]) -> list[str]:
    shapes = [reduced_type, *reduced_type.get("elements", {}).values()]
    written = [parts[0] for shape in shapes for parts in shape["properties"].values()]
    return [one.removesuffix("[]").removesuffix("[]") for one in [*written, reduced_type.get("additional", "")]]


if __name__ == "__main__":
    sys.exit(main())
