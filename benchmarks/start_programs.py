"""The programs whose time benchmarks/start.py takes, as text: each runs in a new process."""

PACKAGES = (
    "azure.cosmos",
    "azure.functions",
    "azure.identity",
    "azure.storage.blob",
    "msgspec",
    "pydantic",
    "requests",
    "tenacity",
    "zlib_ng",
)
"""What the group `app` in pyproject.toml is imported as."""

SDKS = f"import {', '.join(PACKAGES)}\n"

APP = "import function_app\nfunction_app.app.get_functions()\n"

EVERYTHING = """
from importlib import import_module
from pkgutil import walk_packages
import shared.adapters, shared.pipeline, shared.rights
for room in (shared.adapters, shared.pipeline):
    for module in walk_packages(room.__path__, f"{room.__name__}."):
        import_module(module.name)
"""
"""Imports all parts of the app at the start, for comparison."""

_FUNCTIONS = """
import function_app
functions = {each.get_function_name(): each.get_user_function() for each in function_app.app.get_functions()}

class Output:
    def set(self, texts):
        raise SystemExit(f"sent {texts}: the message was not understood, or the database has jobs")
"""

ACCEPT = f"""{_FUNCTIONS}
import uuid
from azure.functions.queue import QueueMessage
message = QueueMessage(id="1", body=str(uuid.uuid4()).encode(), dequeue_count=1)
functions["accept_job"](message, Output(), Output())
"""
"""A message of the jobs queue, which names a new job each time."""

TICK = f"""{_FUNCTIONS}
functions["poll_jobs"](None, Output())
"""
"""The first tick of the timer. It checks the app's rights, which needs every SDK."""

COMMAND_LINE = "from shared.cli.main import main\nmain()\n"
