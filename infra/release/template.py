"""Writes azuredeploy.json: the compiled Bicep, which by default installs the app of its own release."""

import json
import shutil
import tempfile
from pathlib import Path

from infra.check.compiler import VERSION, Compiler, Refused

_PARAMETER = "param packageUri string = "


def write_template(infra: Path, compiler: Compiler, package: str, target: Path) -> None:
    """Write `target`. `package`: the address of app.zip. Raises Refused; also if the compiler has another version."""
    if compiler.version != VERSION:
        raise Refused(f"{compiler.path} is Bicep {compiler.version}, and releases are compiled by {VERSION}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / infra.name
        shutil.copytree(infra, copy, ignore=shutil.ignore_patterns("*.py", "snapshots", "__pycache__"))
        main = copy / "main.bicep"
        before, found, after = main.read_text("utf-8").partition(f"{_PARAMETER}''\n")
        if not found:
            raise Refused(f"main.bicep has no line {_PARAMETER}''")
        # In the source, so that the compiler's own hash of the template is true.
        main.write_text(f"{before}{_PARAMETER}'{package}'\n{after}", "utf-8")
        template = compiler.build(copy)
    target.write_text(json.dumps(template, indent=2, ensure_ascii=False) + "\n", "utf-8")
