"""The import rules of shared/__init__.py, and the names that only some files may use."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent


class Room(NamedTuple):
    """The allowed imports of a room: other rooms (each may import itself), and packages besides Python's own."""

    rooms: frozenset[str]
    packages: frozenset[str]


def room(rooms: str, packages: str = "") -> Room:
    """Return a room from two lists of words."""
    return Room(frozenset(rooms.split()), frozenset(packages.split()))


ROOMS = {
    "masking": room(""),
    "errors": room("masking"),
    "domain": room("errors masking", "msgspec"),
    "rendering": room("domain errors", "msgspec wcwidth"),
    "setting_types": room("domain", "pydantic"),
    "settings": room("setting_types domain errors masking", "pydantic"),
    "pipeline": room("domain errors masking", "msgspec"),
    # Adapters implement the ports, which lie in the pipeline. DEEPER lists the files of it that they may import.
    "adapters": room("domain errors masking pipeline", "azure requests urllib3 tenacity msgspec zlib_ng"),
    "rights": room("adapters pipeline domain settings", "azure"),
    "bootstrap": room("rights adapters pipeline domain settings errors masking", "azure"),
    # It reads documents as any application would, so it may import adapters, but never the pipeline.
    "cli": room("bootstrap adapters rendering domain settings errors", "typer rich msgspec starlette uvicorn"),
    "function_app": room("bootstrap domain errors", "azure"),
}

DEEPER = {
    ("adapters", "pipeline"): frozenset(f"shared.pipeline.{name}" for name in ("ports", "batches", "signals")),
    ("rights", "pipeline"): frozenset({"shared.pipeline.ports"}),
}

ALSO = {
    "shared/cli/cloud.py": frozenset({"azure"}),  # the type of a credential that it is given
    "shared/cli/connecting/resource_manager.py": frozenset({"azure"}),  # the app knows nothing of deployments
    "shared/cli/connection.py": frozenset({"platformdirs"}),  # where a user's programs keep their configuration
    "shared/cli/doctor/peeked.py": frozenset({"azure"}),  # of the queue SDK too
    "shared/cli/enqueue.py": frozenset({"azure"}),  # the deployed app has no queue SDK: its bindings send
    "shared/cli/erase/queues.py": frozenset({"azure"}),  # and they receive
    "shared/cli/read/many/parquet.py": frozenset({"pyarrow"}),  # of an extra
    "shared/cli/read/many/states.py": frozenset({"platformdirs"}),  # where a user's programs keep their states
    "shared/cli/reader.py": frozenset({"azure"}),  # the type of a database that it is given
}

BY_NAME = "shared/cli/lazy.py"
"""The only file that imports modules by names that it puts together: those of commands."""

PURE = frozenset({"domain", "rendering"})

PURE_NEVER = frozenset(
    {"os", "io", "sys", "pathlib", "tempfile", "shutil", "subprocess", "socket", "ssl", "http", "urllib.request"}
    | {"time", "random", "secrets", "threading", "asyncio", "concurrent", "multiprocessing", "logging", "warnings"}
)
"""No I/O, clock, environment, randomness or logging."""

PURE_NEVER_CALLS = frozenset({"open", "print", "input", "now", "utcnow", "today", "getLogger"})

KNOWS_RESULTS = frozenset(
    f"shared/domain/{name}.py" for name in ("speech_result", "other_files", "phrases", "split", "parts")
)
"""Files that may name `recognizedPhrases`: they read results, recognise other files, or report errors of phrases."""

FILES = sorted([ROOT / "function_app.py", *(ROOT / "shared").rglob("*.py")])


def name_of(path: Path) -> str:
    """Return the path as the tables write it."""
    return path.relative_to(ROOT).as_posix()


def room_of(module: str) -> str:
    """Return the room of one of the project's modules; `shared` itself is no room."""
    return module.removeprefix("shared").lstrip(".").partition(".")[0]


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield from (_module(node.module, alias.name) for alias in node.names)


def _module(module: str, name: str) -> str:
    below = ROOT / module.replace(".", "/") / name
    return f"{module}.{name}" if below.is_dir() or below.with_suffix(".py").exists() else module


def ours(module: str) -> bool:
    """Return whether a module belongs to this repository."""
    return module.partition(".")[0] in {"shared", "function_app", "local", "tests"}


def room_of_file(path: Path) -> str:
    """Return the room that a file lies in."""
    return room_of(name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."))


CODE = [path for path in FILES if room_of_file(path)]


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    here = room_of_file(path)
    for module in filter(ours, imports(path)):
        there = room_of(module)
        assert module.startswith("shared."), f"the app never imports {module}"
        assert there == here or there in ROOMS[here].rooms, f"{here} may not import {module}"
        allowed = DEEPER.get((here, there))
        assert allowed is None or module in allowed, f"{here} may not import {module}"


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_packages_are_imported_only_in_their_rooms(path: Path) -> None:
    packages = {module.partition(".")[0] for module in imports(path) if not ours(module)} - sys.stdlib_module_names
    assert packages <= ROOMS[room_of_file(path)].packages | ALSO.get(name_of(path), frozenset())


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_command_line_imports_a_module_by_its_name_and_only_its_own(path: Path) -> None:
    """The rules above see every import statement, in functions too, but not a name that is put together."""
    for node in ast.walk(ast.parse(path.read_text())):
        called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if called in {"import_module", "__import__", "exec", "eval"}:
            assert isinstance(node, ast.Call)
            assert name_of(path) == BY_NAME, f"line {node.lineno}"
            assert ast.unparse(node.args[0]).startswith("f'{__package__}.{")


@pytest.mark.parametrize("path", [path for path in CODE if path != ROOT / "shared" / "bootstrap.py"], ids=name_of)
def test_our_own_modules_are_imported_at_the_top_of_a_file_except_in_bootstrap(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inner = [node for top in tree.body if not isinstance(top, (ast.Import, ast.ImportFrom)) for node in ast.walk(top)]
    modules = {node.module or "" for node in inner if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in inner if isinstance(node, ast.Import) for alias in node.names}
    assert not any(map(ours, modules))


@pytest.mark.parametrize("path", [path for path in CODE if room_of_file(path) in PURE], ids=name_of)
def test_domain_and_rendering_have_no_io_clock_environment_or_logging(path: Path) -> None:
    for module in imports(path):
        assert not {module, module.partition(".")[0]} & PURE_NEVER
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in PURE_NEVER_CALLS, f"line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_reader_of_results_knows_their_json(path: Path) -> None:
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    literals = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {literal for literal in literals - docs if "recognizedPhrases" in literal}
    assert not named or name_of(path) in KNOWS_RESULTS


def test_every_room_has_a_rule_and_every_rule_has_files() -> None:
    assert {room_of_file(path) for path in CODE} == ROOMS.keys()
    assert ALSO.keys() <= {name_of(path) for path in FILES}
    assert {name_of(path) for path in FILES} >= KNOWS_RESULTS


def test_the_map_in_shared_names_every_room() -> None:
    drawn = ast.get_docstring(ast.parse((ROOT / "shared" / "__init__.py").read_text()))
    assert drawn is not None
    assert {name for name in ROOMS if name not in drawn} == set()
