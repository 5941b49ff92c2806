"""Parts of a file as UTF-8 JSON. What a part holds is encoded once, before the file's revision need be known."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from shared.domain.documents import FileKey, Part, part_id


class EncodedPart(NamedTuple):
    """A part as it is written: its id, and the whole document."""

    id: str
    data: bytes


class PartContent(NamedTuple):
    """What a part holds, without what names its file and revision.

    `name`: the part's id without its revision. `data`: the remaining properties as the end of a JSON object,
    from the first key to the closing brace.
    """

    type: str
    name: str
    part: int
    data: bytes

    @classmethod
    def of(
        cls, kind: str, name: str, part: int, properties: Mapping[str, object], **lists: list[bytes]
    ) -> "PartContent":
        """Return what a part holds: some properties, and lists of entries that are encoded already."""
        whole = {**properties, **{key: msgspec.Raw(b"[%b]" % b",".join(entries)) for key, entries in lists.items()}}
        return cls(kind, name, part, msgspec.json.encode(whole)[1:])

    def encoded(self, key: FileKey, revision: str) -> EncodedPart:
        """Return the part of this revision of a file."""
        first = Part(
            id=part_id(revision, self.name),
            type=self.type,
            job_id=key.job_id,
            file_id=key.file_id,
            revision=revision,
            part=self.part,
        )
        return EncodedPart(first.id, b"".join((msgspec.json.encode(first)[:-1], b",", self.data)))
