"""Shows the result of the app's check of its permissions, as docs/deploy.md does from Application Insights."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

_RIGHT = re.compile(r'(\{"signal":"right".*\})$', re.MULTILINE)


class Told(msgspec.Struct, frozen=True):
    """A line of that check: a permission, the result, and if it is not ok the setting that names the service."""

    right: str
    result: str
    needs: str = ""
    setting: str = ""


def told(log: Path) -> list[Told]:
    """Return what the timer's first execution logged. If the host was restarted, the latest."""
    found = (msgspec.json.decode(line, type=Told) for line in _RIGHT.findall(log.read_text(errors="replace")))
    return list({each.right: each for each in found}.values())


def print_rights(console: Console, rights: Sequence[Told]) -> None:
    """Print a line for each permission."""
    console.print("\n[bold]What the app is allowed to do[/]")
    for each in rights:
        mark = "[green]✓[/]" if each.result == "ok" else "[red]✗[/]"
        why = "" if each.result == "ok" else f": {each.result}: it takes {each.needs}, which {each.setting} names"
        console.print(f"{mark} {each.right}{why}")


def problems(rights: Sequence[Told]) -> list[str]:
    """Return a sentence for each permission that is missing, and one if the check logged nothing."""
    if not rights:
        return ["the app did not try its rights"]
    return [f"{each.right}: {each.result}: see {each.setting}" for each in rights if each.result != "ok"]
