"""States of jobs whose files have contents of their own: revisions and runs, which differ between them, get names."""

import json
from dataclasses import replace
from typing import Any

from benchmarks.chaos.judge import State, Verdict, compare

_RUNS = frozenset({"run", "reprocessFrom"})


def neutral(state: State, *, runs: bool = True) -> State:
    """Return the state with the revision that is in, or was given up, named after its file; `runs`: without runs.

    Parts of any other revision keep their ids, so that they are found to be too much.
    """
    text = json.dumps([state.job, dict(state.documents), dict(state.raw)])
    for file, revision in _revisions(state).items():
        text = text.replace(revision, f"revision-of-{file}")
    job, documents, raw = json.loads(text)
    found = replace(state, job=job, documents=documents, raw=raw)
    return found if runs else _without_runs(found)


def closest(expected: list[State], found: State) -> Verdict:
    """Compare with each of the states that would be right; return the verdict that says the least."""
    verdicts = [compare(each, found) for each in expected]
    return min(verdicts, key=lambda verdict: verdict.lost + verdict.duplicated)


def _revisions(state: State) -> dict[str, str]:
    """Return the revision of each file, by its name."""
    found: dict[str, str] = {}
    for name, document in state.documents.items():
        file = name.partition("/")[0]
        if document["type"] == "transcript":
            found[file] = document["revision"]
        elif document["type"] == "fileFailure" and document["raw"]:
            found.setdefault(file, _revision_in(document["raw"]))
    if state.job is not None and (report := state.job.get("report")) is not None:
        found[report["fileId"]] = report["revision"]
    return found


def _revision_in(raw: str) -> str:
    return raw.rpartition("/")[2].partition(".")[0]


def _without_runs(state: State) -> State:
    job, documents = _pruned(state.job), _pruned(dict(state.documents))
    return replace(state, job=job, documents=documents)


def _pruned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _pruned(each) for key, each in value.items() if key not in _RUNS}
    if isinstance(value, list):
        return [_pruned(each) for each in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(_pruned(json.loads(value)))  # the message that is kept with a failure
    return value
