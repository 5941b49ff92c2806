"""The service's own planner, if it is on this machine, and its recorded answers.

The planner is a library in Microsoft's .NET SDK (libQueryPlanInterop.so of Microsoft.Azure.Cosmos, MIT, linux-x64).
`planner.py` beside it calls it from Python: `Planner().plan(query, parameters, paths)`.
"""

import importlib.util
import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract_cosmos.planner.asked import ROOT

RECORDING = Path(__file__).with_name("plans.json")

Plan = dict[str, Any]
"""The planner's answer; `{"refused": message}` if it refuses the query."""


@cache
def planner() -> Any:  # noqa: ANN401 - a module that is not part of the project
    """Return the planner's module: from COSMOS_PLANNER, or beside the project. None if there is none."""
    named = os.environ.get("COSMOS_PLANNER")
    path = Path(named) if named else ROOT.parent / "shared/tools/cosmos-planner/planner.py"
    if not path.is_file():
        if named:
            raise FileNotFoundError(f"COSMOS_PLANNER names {named}: no such file. It is the path of planner.py.")
        return None
    spec = importlib.util.spec_from_file_location("cosmos_planner", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _loaded() -> Any:  # noqa: ANN401 - see above
    return planner().Planner()


def plan_of(query: str, parameters: dict[str, Any], paths: Sequence[str]) -> Plan:
    """Ask the planner."""
    try:
        plan: Plan = _loaded().plan(query, parameters, tuple(paths))
    except planner().QueryRefused as refused:
        return {"refused": str(refused)}
    return without_defaults(plan)


def without_defaults(plan: Plan) -> Plan:
    """Return a plan without the values that every query has."""
    told = {name: value for name, value in plan["queryInfo"].items() if value and value != "None"}
    return {"queryInfo": told, "queryRanges": plan["queryRanges"]}


def key_of(query: str, parameters: dict[str, Any], paths: Sequence[str]) -> str:
    """Return the key under which an answer is recorded."""
    return json.dumps([query, parameters, list(paths)], ensure_ascii=False)


def recorded() -> dict[str, Plan]:
    """Return the recorded answers."""
    answers: dict[str, Plan] = json.loads(RECORDING.read_text())
    return answers
