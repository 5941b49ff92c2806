"""Imports a function app's module into this process."""

import importlib.util
import logging
import sys
from pathlib import Path

import azure.functions as func

from local.host.errors import HostError

log = logging.getLogger("host.loading")

MODULE = "function_app"


def load_app(root: Path) -> func.FunctionApp:
    """Run `root`/function_app.py and return its `app`. Raises HostError if that fails or there is none."""
    file = root / f"{MODULE}.py"
    spec = importlib.util.spec_from_file_location(MODULE, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise HostError([f"{file} does not exist"])
    # The app imports its packages from its own folder, as on the platform.
    sys.path.insert(0, str(root))
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        log.exception("Importing %s", file)
        raise HostError([f"{file} cannot be imported: {type(error).__name__}: {error}"]) from error
    app = getattr(module, "app", None)
    if not isinstance(app, func.FunctionApp):
        raise HostError([f"{file} has no `app` that is an azure.functions.FunctionApp"])
    return app
