"""The table at the end of a run: the documents in Cosmos DB."""

from rich.console import Console
from rich.table import Table

from local.run.progress import Row, Watch
from shared.bootstrap import App
from shared.domain.parts import encoded_size


def print_result(console: Console, watch: Watch) -> None:
    """Print a line for each job: state, files, tracks, phrases, turns, documents, bytes, seconds; then the failures."""
    console.print("\n[bold]What landed in Cosmos DB[/]")
    table = Table(box=None, header_style="bold", padding=(0, 1))
    table.add_column("job", no_wrap=True)
    table.add_column("state", overflow="fold")
    for heading in ("files", "tracks", "phrases", "turns", "documents", "bytes", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in watch.rows:
        table.add_row(row.name, row.state, *_numbers(watch.app, row), f"{row.seconds:.1f}" if row.seconds else "")
    console.print(table)
    for row in watch.rows:
        for line in _reasons(row):
            console.print(f"{row.name}: {line}")


def _numbers(app: App, row: Row) -> list[str]:
    items = app.transcripts.items(row.job_id) if row.job_id else []
    heads = [item for item in items if item["type"] == "transcript"]
    own = [{name: value for name, value in item.items() if not name.startswith("_")} for item in items]
    counts = (
        len(heads),
        sum(len(head["tracks"]) for head in heads),
        sum(head["phraseCount"] for head in heads),
        sum(head["turns"]["count"] for head in heads),
        len(items),
        sum(encoded_size(item) for item in own),
    )
    return [f"{count:,}" for count in counts]


def _reasons(row: Row) -> list[str]:
    if row.job is None:
        return []
    failure, report = row.job.failure, row.job.report
    return [
        *([f"{failure.origin}: {failure.code}: {failure.message}"] if failure else []),
        *(f"speech2cosmos gave up {file.name}: {file.code}: {file.message}" for file in row.job.files.failures),
        *(f"Speech failed at {each.source}: {each.error_kind}" for each in (report.failures if report else [])),
    ]
