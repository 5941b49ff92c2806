"""A recording as JSON: the head and its turns, with the names of those who speak. Times stay ticks.

docs/contract/export.schema.json is made from these types. Properties are only added.
"""

from collections.abc import Iterator

import msgspec

from shared.domain.documents import SCHEMA_VERSION, Transcript, Turn
from shared.rendering.recording import Recording


class ExportedTrack(msgspec.Struct, rename="camel", frozen=True):
    """The name of a channel and speaker. `shown`: its turns are in `turns`."""

    channel: int
    speaker: int | None
    name: str
    shown: bool


class ExportedTurn(Turn, rename="camel", frozen=True, kw_only=True):
    """A turn of the conversation, its number in the recording from 0, and the name of who speaks."""

    number: int
    name: str


class ExportedRecording(msgspec.Struct, rename="camel", frozen=True):
    """A recording for other programs. `head` is the document `transcript`, as it is stored."""

    schema_version: int
    job_name: str | None
    head: Transcript
    tracks: list[ExportedTrack]
    left_out_channels: list[int]
    turns: list[ExportedTurn]


def json_text(recording: Recording) -> Iterator[str]:
    """Yield the JSON of an ExportedRecording in pieces, a turn a line."""
    tracks = [ExportedTrack(*track, name, track in recording.tracks) for track, name in recording.names.items()]
    whole = ExportedRecording(
        SCHEMA_VERSION, recording.job_name, recording.head, tracks, list(recording.left_out), turns=[]
    )
    yield _text(whole).removesuffix("]}")
    begin = "\n"
    for said in recording.turns():
        turn = ExportedTurn(**msgspec.structs.asdict(said.turn), number=said.number, name=said.name)
        yield begin + _text(turn)
        begin = ",\n"
    yield "\n]}\n"


def _text(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
