"""Shows what the app found out about its own rights, as docs/deploy.md does from Application Insights."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

_RIGHT = re.compile(r'(\{"signal":"right".*\})$', re.MULTILINE)


class Told(msgspec.Struct, frozen=True):
    """What one line says: a right, what came of it, and the setting that names the service if it is not ok."""

    right: str
    result: str
    needs: str = ""
    setting: str = ""


def told(log: Path) -> list[Told]:
    """Return what the timer's first run wrote into the host's log, the latest if the host was started again."""
    found = (msgspec.json.decode(line, type=Told) for line in _RIGHT.findall(log.read_text(errors="replace")))
    return list({each.right: each for each in found}.values())


def print_rights(console: Console, rights: Sequence[Told]) -> None:
    """Print a line a right."""
    console.print("\n[bold]What the app is allowed to do[/]")
    for each in rights:
        mark = "[green]✓[/]" if each.result == "ok" else "[red]✗[/]"
        why = "" if each.result == "ok" else f": {each.result}: it takes {each.needs}, which {each.setting} names"
        console.print(f"{mark} {each.right}{why}")


def problems(rights: Sequence[Told]) -> list[str]:
    """Return a sentence for each right that is not there, and one if none was told of."""
    if not rights:
        return ["the app did not try its rights"]
    return [f"{each.right}: {each.result}: see {each.setting}" for each in rights if each.result != "ok"]
