"""Candidates for the product's parts: which sections share a document.

A section is a piece of a track, of a channel's texts, or of the turns. A part has the properties `tracks`, `combined`
and `turns`, each only if it has such sections, so that a reader takes the same property wherever a section lies.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.shapes.layout import Layout, Reading, document
from benchmarks.shapes.recordings import FORMS, Document, Recording
from shared.domain.parts import ENVELOPE_BYTES, PART_BYTES, encoded_size
from shared.domain.texts import pieces

KIB = 1024


@dataclass(frozen=True)
class Section:
    """A piece that one part holds. `name`: the part's property. `owner`: the track or channel; None for turns."""

    name: str
    owner: tuple[int | None, ...] | None
    value: Any
    size: int


Group = list[Section]
"""The sections of one track, of one channel's texts, or of the turns, in order."""

Packing = Callable[[list[Group]], list[list[Section]]]


def groups_of(recording: Recording, limit: int = PART_BYTES) -> list[Group]:
    """Return the turns, the texts of each channel and the tracks, each cut into sections that fit into a part."""
    turns = [Section("turns", None, some, encoded_size(some)) for some in filled(recording.turns, limit)]
    texts = [_texts(text, limit) for text in recording.combined]
    tracks = [
        [_section("tracks", owner, {"channel": owner[0], "speaker": owner[1], "phrases": some}) for some in parts]
        for owner, parts in ((owner, filled(entries, limit)) for owner, entries in recording.tracks.items())
    ]
    return [group for group in (turns, *texts, *tracks) if group]


def filled(entries: Iterable[Document], limit: int) -> list[list[Document]]:
    """Return the entries of each part, filled as the product's PartFiller does."""
    parts, size = list[list[Document]](), limit
    for entry in entries:
        added = encoded_size(entry) + 1
        if size + added > limit or not parts:
            parts.append([])
            size = ENVELOPE_BYTES
        parts[-1].append(entry)
        size += added
    return parts


def apart(groups: list[Group]) -> list[list[Section]]:
    """Give each section a part of its own."""
    return [[section] for group in groups for section in group]


def packed(groups: list[Group], limit: int = PART_BYTES) -> list[list[Section]]:
    """Pack the last section of each group, which is seldom full, into the first part that has room for it."""
    full = [[section] for group in groups for section in group[:-1]]
    return full + _first_fit((group[-1] for group in groups), limit)


def in_two_kinds(groups: list[Group], limit: int = PART_BYTES) -> list[list[Section]]:
    """Pack turns and texts with each other, and tracks with each other."""
    texts, tracks = _two_kinds(groups)
    return packed(texts, limit) + packed(tracks, limit)


def one_up_to(limit: int, otherwise: Packing) -> Packing:
    """Put everything into one part if that has at most `limit` bytes."""

    def pack(groups: list[Group]) -> list[list[Section]]:
        everything = [section for group in groups for section in group]
        small = ENVELOPE_BYTES + sum(section.size + 1 for section in everything) <= limit
        return [everything] if small and everything else otherwise(groups)

    return pack


def texts_together(groups: list[Group]) -> list[list[Section]]:
    """Pack turns and texts with each other, and leave the tracks apart."""
    texts, tracks = _two_kinds(groups)
    return packed(texts) + apart(tracks)


def _two_kinds(groups: list[Group]) -> tuple[list[Group], list[Group]]:
    tracks = [group for group in groups if group[0].name == "tracks"]
    return [group for group in groups if group not in tracks], tracks


CHOSEN = "one part up to 32 KiB, else two kinds"
"""The candidate that the product implements: docs/decisions/0045."""

CANDIDATES: dict[str, Packing] = {
    "apart": apart,
    "one part up to 64 KiB, else apart": one_up_to(64 * KIB, apart),
    "one part up to 64 KiB, else texts with turns": one_up_to(64 * KIB, texts_together),
    "two kinds packed": in_two_kinds,
    "one part up to 16 KiB, else two kinds": one_up_to(16 * KIB, in_two_kinds),
    CHOSEN: one_up_to(32 * KIB, in_two_kinds),
    "all rests packed": packed,
    "one part up to 128 KiB, else two kinds": one_up_to(128 * KIB, in_two_kinds),
}
"""Name of the candidate, and how it packs."""


def candidates(recording: Recording) -> list[Layout]:
    """Return the documents of each candidate for a recording, and those of one that keeps short ones in the head."""
    groups = groups_of(recording)
    made = [layout(name, recording, pack(groups)) for name, pack in CANDIDATES.items()]
    return [*made, in_head(recording, groups)]


def layout(name: str, recording: Recording, parts: Sequence[Sequence[Section]]) -> Layout:
    """Return the documents for these parts, and the head that names them."""
    documents = [_part(number, sections) for number, sections in enumerate(parts)]
    head = _head(recording, parts, [each["id"] for each in documents])
    longest = max(recording.tracks, key=lambda key: len(recording.tracks[key]), default=None)

    def holding(wanted: Callable[[Section], bool]) -> list[Document]:
        return [made for made, part in zip(documents, parts, strict=True) if any(map(wanted, part))]

    return Layout(
        name,
        [*documents, head],
        display=Reading([head, *holding(lambda each: each.name == "turns")]),
        text=Reading([head, *holding(lambda each: each.name == "combined")]),
        track=Reading([head, *holding(lambda each: each.name == "tracks" and each.owner == longest)]),
    )


def in_head(recording: Recording, groups: list[Group], limit: int = 16 * KIB) -> Layout:
    """Return a single document for a recording whose sections fit into `limit`: a head with sections of its own."""
    sections = [section for group in groups for section in group]
    name = "in the head up to 16 KiB, else two kinds"
    if ENVELOPE_BYTES + sum(section.size + 1 for section in sections) > limit:
        return layout(name, recording, in_two_kinds(groups))
    head = _head(recording, [sections], ["transcript"]) | {"content": _sections(sections)}
    alone = Reading([head])
    return Layout(name, [head], display=alone, text=alone, track=alone)


def _first_fit(sections: Iterable[Section], limit: int) -> list[list[Section]]:
    parts, left = list[list[Section]](), list[int]()
    for section in sections:
        size = section.size + 1
        place = next((place for place, room in enumerate(left) if size <= room), None)
        if place is None:
            place = len(parts)
            parts.append([])
            left.append(limit - ENVELOPE_BYTES)
        parts[place].append(section)
        left[place] -= size
    return parts


def _section(name: str, owner: tuple[int | None, ...] | None, value: Document) -> Section:
    return Section(name, owner, value, encoded_size(value))


def _texts(text: Document, limit: int) -> Group:
    forms = {form: list(pieces(text[form], (limit - ENVELOPE_BYTES) // len(FORMS))) for form in FORMS if form in text}
    channel = text["channel"]
    numbers = range(max(1, *map(len, forms.values())))
    cut = [{form: some[number] if number < len(some) else "" for form, some in forms.items()} for number in numbers]
    return [_section("combined", (channel,), {"channel": channel, **each}) for each in cut]


def _sections(sections: Sequence[Section]) -> Document:
    found: dict[str, list[Any]] = {}
    for section in sections:
        value = section.value if section.name == "turns" else [section.value]
        found.setdefault(section.name, []).extend(value)
    return found


def _part(number: int, sections: Sequence[Section]) -> Document:
    return document("part", number, **_sections(sections))


def _head(recording: Recording, parts: Sequence[Sequence[Section]], ids: Sequence[str]) -> Document:
    named: dict[tuple[str, tuple[int | None, ...] | None], list[str]] = {}
    for part, part_id in zip(parts, ids, strict=True):
        for section in part:
            ids_of = named.setdefault((section.name, section.owner), [])
            ids_of += [] if part_id in ids_of else [part_id]
    head = recording.head
    return {
        **head,
        "tracks": [
            {**track, "parts": named.get(("tracks", (track["channel"], track["speaker"])), [])}
            for track in head["tracks"]
        ],
        "combined": [{**text, "parts": named.get(("combined", (text["channel"],)), [])} for text in head["combined"]],
        "turns": {**head["turns"], "parts": named.get(("turns", None), [])},
    }
