"""The generated files: what they should contain, which of them differ, and writing them."""

from collections.abc import Mapping
from pathlib import Path

from local.docs.commands import command_blocks
from local.docs.contract import contract_blocks
from local.docs.exports import export_blocks
from local.docs.pages import filled
from local.docs.reading import reading_blocks
from local.docs.run import Run
from local.docs.schemas import CONTRACTS, PRINTED, schema_text, schemas
from local.docs.settings import sample_settings, settings_blocks
from local.docs.tables import columns_blocks, loading_blocks

REPOSITORY = Path(__file__).parent.parent.parent

CONTRACT = "docs/contract"
COMMANDS_PAGE = "docs/commands.md"
SETTINGS_PAGE = "docs/settings.md"
EXPORT_PAGE = "docs/export.md"
QUESTIONS_PAGE = "docs/questions.md"
READING_PAGE = "docs/reading.md"
SAMPLE = "local.settings.sample.json"

_SCHEMAS = "*.schema.json"


def made(run: Run, root: Path = REPOSITORY) -> dict[str, str]:
    """Return what the files should contain, by path from `root`. Pages keep the text outside their blocks.

    Raises PageError and MeaningError if page, descriptions and code do not match.
    """
    documents = schemas()
    page = f"{CONTRACT}/README.md"
    return {
        **{f"{CONTRACT}/{each.file}": schema_text(documents[each.name]) for each in (*CONTRACTS, *PRINTED)},
        page: filled(page, _text(root, page), contract_blocks(documents, run)),
        COMMANDS_PAGE: filled(COMMANDS_PAGE, _text(root, COMMANDS_PAGE), command_blocks()),
        EXPORT_PAGE: filled(EXPORT_PAGE, _text(root, EXPORT_PAGE), {**export_blocks(), **columns_blocks()}),
        QUESTIONS_PAGE: filled(QUESTIONS_PAGE, _text(root, QUESTIONS_PAGE), loading_blocks()),
        READING_PAGE: filled(READING_PAGE, _text(root, READING_PAGE), reading_blocks()),
        SETTINGS_PAGE: filled(SETTINGS_PAGE, _text(root, SETTINGS_PAGE), settings_blocks()),
        SAMPLE: sample_settings(),
    }


def differing(files: Mapping[str, str], root: Path = REPOSITORY) -> list[str]:
    """Return the paths of files that are missing or differ, and of schemas that nothing generates."""
    found = {path.relative_to(root).as_posix() for path in (root / CONTRACT).glob(_SCHEMAS)}
    wrong = {name for name, text in files.items() if _bytes(root / name) != text.encode()}
    return sorted(wrong | (found - files.keys()))


def write(files: Mapping[str, str], root: Path = REPOSITORY) -> None:
    """Write the files that differ, with LF on every system, and remove schemas that nothing generates."""
    for name in differing(files, root):
        if name in files:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(files[name].encode())
        else:
            (root / name).unlink()


def _text(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
