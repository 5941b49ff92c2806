"""app.zip, installed as Azure does: unpacked, with its requirements and nothing else."""

import json
import sys
import zipfile
from pathlib import Path

from infra.check import code
from infra.release.app_zip import write_app_zip
from tests.release.building import ROOT, uv
from tests.release.installed.running import run

INDEX = """
import json, sys
import function_app
print(json.dumps([function.get_function_name() for function in function_app.app.get_functions()]))
assert not {name for name in sys.modules if name.startswith(("shared.cli", "shared.rendering"))}
"""
"""What the worker does first: it imports the app and asks it for its functions."""

SETTINGS = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}


def test_the_app_declares_its_functions_in_an_empty_environment(tmp_path: Path) -> None:
    write_app_zip(ROOT, tmp_path / "app.zip")
    app, environment = tmp_path / "app", tmp_path / "environment"
    zipfile.ZipFile(tmp_path / "app.zip").extractall(app)
    uv("venv", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    uv("pip", "install", "--python", str(python), "--require-hashes", "-r", str(app / "requirements.txt"))
    found = json.loads(run(python, "-c", INDEX, folder=app, **SETTINGS))
    assert set(found) == code.functions().names
    assert len(found) == 5
