"""The wheel: the renamed package, and the files in it."""

import ast
import subprocess
import sys
import zipfile

import pytest

from infra.release.text import PAGES, Release
from infra.release.wheel_hook import renamed
from tests.release.building import ROOT, VERSION, build_wheel

ADDRESS = Release("contoso/speech2cosmos", f"v{VERSION}").pages()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel"), **{PAGES: ADDRESS}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import shared\n", "import speech2cosmos\n"),
        ("import shared.errors as e\n", "import speech2cosmos.errors as e\n"),
        ("from shared import errors\n", "from speech2cosmos import errors\n"),
        ("from shared.cli.main import (\n    main,\n)\n", "from speech2cosmos.cli.main import (\n    main,\n)\n"),
        ("def f():\n    from shared.rights import rights\n", "def f():\n    from speech2cosmos.rights import rights\n"),
        (
            "from shared_memory import shared\nshared = 'shared.x'\n",
            "from shared_memory import shared\nshared = 'shared.x'\n",
        ),
    ],
)
def test_only_imports_of_shared_are_renamed(source: str, expected: str) -> None:
    assert renamed(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import os, shared.errors\n",
        "x = 1; import shared\n",
        'text = """\nfrom shared.errors import Refused\n"""\n',
    ],
)
def test_what_cannot_be_renamed_for_certain_stops_the_build(source: str) -> None:
    with pytest.raises(ValueError, match="can be renamed"):
        renamed(source)


def test_the_wheel_has_one_package_with_every_file_of_shared(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {name.partition("/")[0] for name in names} == {"speech2cosmos", f"speech2cosmos-{VERSION}.dist-info"}
    ran = subprocess.run(["git", "ls-files", "shared"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - git as the user has it
    assert {f"speech2cosmos{name.removeprefix('shared')}" for name in ran.stdout.split()} <= names
    assert not [name for name in names if "__pycache__" in name]
    for name in ("page.html", "page.css", "turns.js"):
        page = ROOT / "shared" / "rendering" / "page" / name
        assert wheel.read(f"speech2cosmos/rendering/page/{name}") == page.read_bytes()


def test_the_wheel_of_a_release_has_the_address_of_its_pages(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read(f"speech2cosmos-{VERSION}.dist-info/METADATA").decode()
    assert f"Project-URL: Documentation, {ADDRESS}\n" in metadata


def test_no_module_of_the_wheel_imports_a_package_that_it_does_not_declare(wheel: zipfile.ZipFile) -> None:
    imported = set[str]()
    for name in (name for name in wheel.namelist() if name.endswith(".py")):
        for node in ast.walk(ast.parse(wheel.read(name))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    metadata = wheel.read(f"speech2cosmos-{VERSION}.dist-info/METADATA").decode()
    declared = {
        line.split()[1].partition("==")[0] for line in metadata.splitlines() if line.startswith("Requires-Dist")
    }
    names = {name.rstrip(";").replace("-", "_") for name in declared}
    needed = imported - sys.stdlib_module_names - {"speech2cosmos", "azure", "urllib3"}  # urllib3: of requests
    assert needed <= names
    assert "pyarrow; extra == 'parquet'" in metadata
