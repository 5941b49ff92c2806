"""The packing of a file's sections into parts: pieces of tracks, of combined texts and of the turns."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from shared.domain.documents import REVISION_DIGITS, part_id, part_name
from shared.domain.encoded import PartContent
from shared.domain.parts import ENVELOPE_BYTES, Filling, HeadRoom

SINGLE_BYTES = 32 * 1024
"""A file whose sections fit into this size becomes a single part. docs/decisions/0045 has the figures."""

_ANY_REVISION = "0" * REVISION_DIGITS
"""Stands for the revision where only the length of an id counts."""


class Kind(StrEnum):
    """The property of a part that holds the section."""

    TRACKS = "tracks"
    COMBINED = "combined"
    TURNS = "turns"


class Section(NamedTuple):
    """A piece that one part holds. `data`: one or more entries of the list `kind`, encoded, with commas between them.

    `parts`: names of the parts that hold the sections of the same track, of the same texts, or of the turns, in order.
    The packer adds to it.
    """

    kind: Kind
    parts: list[str]
    data: bytes

    @classmethod
    def of(cls, kind: Kind, parts: list[str], entry: object) -> "Section":
        """Return a section with one entry."""
        return cls(kind, parts, msgspec.json.encode(entry))


class Packer:
    """Decides which sections share a part, and yields the parts in the order of their numbers.

    A full section of a track or of the turns gets a part of its own at once. The last sections of tracks share parts as
    long as 64 KiB hold them. So do all sections of texts, and with the last of these that of the turns. Texts are often
    small: a section has room for four forms, but many files have only one. At most one part of texts is in memory.
    """

    def __init__(self, room: HeadRoom) -> None:
        self._room = room
        self._count = 0
        self._texts: Filling[Section] = Filling()

    def alone(self, section: Section) -> Iterator[PartContent]:
        """Yield a part with this section only."""
        yield self._part([section])

    def text(self, section: Section) -> Iterator[PartContent]:
        """Keep a section of texts. Yield a part with those kept before if it has no room for this one."""
        if full := self._texts.add(section, len(section.data)):
            yield self._part(full)

    def close(self, tracks: list[Section], turns: list[Section]) -> Iterator[PartContent]:
        """Yield the remaining parts. `tracks`: the last section of each track. `turns`: that of the turns, if any."""
        if self._count == 0 and _size([*tracks, *self._texts.entries, *turns]) <= SINGLE_BYTES:
            groups = [[*tracks, *self._texts.finish(), *turns]]
        else:
            groups = [*_groups(Filling(), tracks), *_groups(self._texts, turns)]
        for sections in groups:
            if sections:
                yield self._part(sections)

    def _part(self, sections: list[Section]) -> PartContent:
        name = part_name(self._count)
        lists: dict[str, list[bytes]] = {kind: [] for kind in Kind}
        for section in sections:
            lists[section.kind].append(section.data)
            if name not in section.parts[-1:]:
                self._room.name(part_id(_ANY_REVISION, name), summaries=not section.parts)
                section.parts.append(name)
        self._count += 1
        return PartContent.of("part", name, self._count - 1, {}, **lists)


def _groups(filling: Filling[Section], sections: Iterable[Section]) -> Iterator[list[Section]]:
    """Take sections, and yield those of each part, the last one included."""
    for section in sections:
        yield filling.add(section, len(section.data))
    yield filling.finish()


def _size(sections: list[Section]) -> int:
    return ENVELOPE_BYTES + sum(len(section.data) + 1 for section in sections)
