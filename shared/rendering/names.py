"""Who speaks: the name of a channel and speaker.

The first of these that has a name: the user's names file; the `customProperties` with which the transcription was
created; "Channel 0" or "Speaker 1". Documents hold no names, because customProperties name roles of a whole job.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from shared.domain.documents import Transcript
from shared.errors import WrongUsage

Track = tuple[int, int | None]
"""Channel and speaker. The speaker is None without diarization."""

_COLUMNS = ("fileid", "recording", "channel", "speaker", "name")
_SEPARATORS = ",;\t"
_PROPERTY = re.compile(r"(?:channel\.(\d{1,9}))?(?:(?:^|(?<=\d)\.)speaker\.(\d{1,9}))?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class Naming(NamedTuple):
    """A name and what it is for. None stands for every file, channel or speaker. `file` is in lower case."""

    name: str
    channel: int | None = None
    speaker: int | None = None
    file: str | None = None

    def fits(self, track: Track, files: frozenset[str]) -> bool:
        """Return whether the name is for a track of a recording that is known by `files`."""
        return (
            (self.file is None or self.file in files)
            and self.channel in {None, track[0]}
            and (self.speaker is None or self.speaker == track[1])
        )

    @property
    def precision(self) -> tuple[bool, bool, bool]:
        """Of two names for the same track the one with the greater precision wins."""
        return self.file is not None, self.speaker is not None, self.channel is not None


class Names:
    """The names of a job's speakers. `first` wins over `second`, however precise it is."""

    def __init__(self, first: Iterable[Naming] = (), second: Iterable[Naming] = ()) -> None:
        self._sources = [sorted(source, key=lambda each: each.precision, reverse=True) for source in (first, second)]

    def of(self, head: Transcript) -> dict[Track, str]:
        """Return the name of every track of a recording, in the order of the head's tracks."""
        files = known_as(head)
        tracks = [(track.channel, track.speaker) for track in head.tracks]
        return {track: self._given(track, files) or default_name(track, len(head.channels)) for track in tracks}

    def _given(self, track: Track, files: frozenset[str]) -> str | None:
        fitting = (each.name for source in self._sources for each in source if each.fits(track, files))
        return next(fitting, None)


def default_name(track: Track, channels: int = 1) -> str:
    """Return the name of a track that nobody named. `channels`: how many the recording has."""
    channel, speaker = track
    if speaker is None:
        return f"Channel {channel}"
    # Each channel is diarized by itself, so speaker 1 of channel 0 is not speaker 1 of channel 1.
    return f"Speaker {speaker}" if channels < 2 else f"Channel {channel} Speaker {speaker}"  # noqa: PLR2004 - several


def namings_of_job(properties: Mapping[str, Any] | None) -> list[Naming]:
    """Return the names in a job's customProperties: `channel.0`, `speaker.1`, `channel.0.speaker.2`. Ignores others."""
    found = []
    for key, value in (properties or {}).items():
        track = named_track(key)
        if track and isinstance(value, str) and clean_name(value):
            found.append(Naming(clean_name(value), *track))
    return found


def named_track(key: str) -> tuple[int | None, int | None] | None:
    """Return the channel and speaker of a key such as `channel.0.speaker.2`; None if it is no such key."""
    match = _PROPERTY.fullmatch(key.strip().lower())
    if match is None or not match[0]:
        return None
    channel, speaker = (None if number is None else int(number) for number in match.groups())
    return channel, speaker


def namings_of_csv(lines: Iterable[str]) -> list[Naming]:
    """Return the names in the lines of a CSV file (RFC 4180; the separator is a comma, a semicolon or a tab).

    The first line names the columns: `name`, and any of `fileId`, `recording`, `channel`, `speaker`, in any order and
    case. `recording` is the head's name, or the last segment of its source, with or without extension. An empty cell
    stands for all. Raises WrongUsage, with the number of the line.
    """
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(_chained(first, source), delimiter=separator, strict=True)
    found: dict[tuple[Any, ...], Naming] = {}
    try:
        columns = _columns(next(rows, []))
        for row in rows:
            if any(cell.strip() for cell in row):
                _add(found, _naming(columns, row))
    except (csv.Error, WrongUsage) as error:
        raise WrongUsage(f"line {max(rows.line_num, 1)}: {error}") from error
    return list(found.values())


def clean_name(name: str) -> str:
    """Return a name on one line, without blanks and control characters at its ends."""
    return _BREAKS.sub(" ", name).strip()


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    unknown = [cell for cell in columns if cell not in _COLUMNS]
    if unknown or "name" not in columns or len(set(columns)) < len(columns):
        raise WrongUsage(
            f"has the columns {', '.join(header)[:200] or '(none)'}; expected are name and any of fileId, recording, "
            "channel, speaker, each once"
        )
    return columns


def _naming(columns: list[str], row: list[str]) -> Naming:
    if len(row) > len(columns):
        raise WrongUsage(f"has {len(row)} cells, the first line {len(columns)}")
    cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
    name = clean_name(cells.get("name", ""))
    if not name:
        raise WrongUsage("has no name")
    files = {cells[column].lower() for column in ("fileid", "recording") if cells.get(column)}
    if len(files) > 1:
        raise WrongUsage("has both a fileId and a recording; leave one of them empty")
    return Naming(name, _number(cells, "channel"), _number(cells, "speaker"), next(iter(files), None))


def _add(found: dict[tuple[Any, ...], Naming], naming: Naming) -> None:
    _, *meant = naming
    other = found.setdefault(tuple(meant), naming)
    if other != naming:
        raise WrongUsage(f"names both {other.name!r} and {naming.name!r} for the same")


def _number(cells: dict[str, str], column: str) -> int | None:
    text = cells.get(column, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise WrongUsage(f"{column} {text[:40]!r} is no whole number")
    return int(text)


def known_as(head: Transcript) -> frozenset[str]:
    """Return the texts, in lower case, by which people may call a recording: id and names, also without extension."""
    names = [name for name in (head.name, source_name(head)) if name]
    stems = [name.rpartition(".")[0] for name in names]
    return frozenset(each.lower() for each in (head.file_id, *names, *stems) if each)


def source_name(head: Transcript) -> str | None:
    """Return the file name of the recording itself, from its source; None without one."""
    return unquote((head.source or "").rstrip("/").rpartition("/")[2]) or None
