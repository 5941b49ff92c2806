"""States of jobs that were taken up more than once."""

from benchmarks.chaos.judge import Document, State


def without_runs(state: State) -> State:
    """Leave out how often a job was taken up, and what was written in which run."""
    return State(
        _runless(state.job) if state.job else None,
        {name: _runless(document) for name, document in state.documents.items()},
        state.raw,
    )


def _runless(document: Document) -> Document:
    report = document.get("report")
    own = {name: each for name, each in document.items() if name not in {"run", "reprocessFrom"}}
    return {**own, "report": _runless(report)} if isinstance(report, dict) else own
