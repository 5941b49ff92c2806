"""Messages of queue `transcription-jobs`: a user names jobs by their ids or URLs."""

from urllib.parse import urlsplit

import msgspec

from shared.domain.message_text import decoded_text, shown, words_of
from shared.domain.redaction import redacted
from shared.domain.speech_urls import GUID, transcription_id
from shared.domain.urls import host_of, kept
from shared.errors import InvalidMessage

_LONGEST_URL = 2_048

_MOST_ENTRIES = 500
"""Most entries of an array. A message of 64 KiB has room for as many ids in any notation."""


class Enqueued(msgspec.Struct, frozen=True):
    """A job that a user asks for. `self_url` is None unless the message named the job by its URL.

    `reprocess`: write all files again. `replay`: retry the files that were given up; `reprocess` includes this.
    """

    job_id: str
    self_url: str | None = None
    reprocess: bool = False
    replay: bool = False

    @property
    def host(self) -> str | None:
        """The host of the URL that named the job. The app sends no request there."""
        return None if self.self_url is None else host_of(self.self_url)


class EnqueueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message that asks for a job. A bare id or URL is a message too."""

    id: str
    reprocess: bool = False
    replay: bool = False


class _Described(msgspec.Struct, frozen=True):
    """Speech's answer to the request that created a job. Only `self` is read."""

    self_url: str | msgspec.UnsetType = msgspec.field(name="self", default=msgspec.UNSET)


def decode_enqueued(body: bytes) -> list[Enqueued]:
    """Return the jobs that a message names, in its order. It may be Base64, and have white space around it.

    A job is named by a GUID, or by a URL of any host and API version, of which only the GUID counts. Both may be
    quoted, or be the `id` or `self` of a JSON object. Several jobs are a JSON array of 1 to 500 of these forms. Raises
    InvalidMessage, which has the index of the entry if the message is an array.
    """
    text = decoded_text(body)
    if not text.startswith("["):
        return [named(text)]
    jobs = []
    for index, entry in enumerate(_entries(text)):
        try:
            jobs.append(named(entry))
        except InvalidMessage as error:
            words = f"entry {index} of the array, counted from 0: {error}"
            raise InvalidMessage(words, index=index, entry=redacted(entry)) from error
    return jobs


def without_first(body: bytes, done: int) -> str:
    """Return the text of a message without its first `done` jobs. The others stay as they were written."""
    text = decoded_text(body)
    return f"[{','.join(_entries(text)[done:])}]" if text.startswith("[") else text


def _entries(text: str) -> list[str]:
    try:
        entries = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{shown(text)} is no JSON array: {words_of(error)}") from error
    if not 0 < len(entries) <= _MOST_ENTRIES:
        raise InvalidMessage(f"the array has {len(entries)} entries; 1 to {_MOST_ENTRIES} are allowed")
    return [bytes(entry).decode() for entry in entries]


def named(text: str) -> Enqueued:
    """Return the one job that a text names in any form of `decode_enqueued`, except an array. Raises InvalidMessage."""
    if not text.startswith(("{", '"')):
        return _named(EnqueueRequest(text))
    try:
        if text.startswith('"'):
            return _named(EnqueueRequest(msgspec.json.decode(text, type=str)))
        described = msgspec.json.decode(text, type=_Described).self_url
        if described is not msgspec.UNSET:
            return _named(EnqueueRequest(described))
        request = msgspec.json.decode(text, type=EnqueueRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        forms = '{"id": "…", "reprocess": false, "replay": false} nor {"self": "…"}'
        raise InvalidMessage(f"{shown(text)} is neither {forms}: {words_of(error)}") from error
    return _named(request)


def _named(request: EnqueueRequest) -> Enqueued:
    name = request.id.strip()
    if GUID.fullmatch(name):
        return Enqueued(name.lower(), None, request.reprocess, request.replay)
    if "://" not in name:
        raise InvalidMessage(f"{shown(name)} is neither a transcription id (a GUID) nor the URL of a transcription")
    if len(name) > _LONGEST_URL:
        raise InvalidMessage(f"{shown(name)} is a URL of more than {_LONGEST_URL} characters")
    try:
        host_of(name)
    except ValueError as error:
        raise InvalidMessage(f"{shown(name)} is not the URL of a transcription: {error}") from error
    job_id = transcription_id(name)
    if job_id is None:
        path = urlsplit(name).path
        raise InvalidMessage(f"{shown(path)} is not the path of a transcription (…/transcriptions/{{id}})")
    return Enqueued(job_id, kept(name), request.reprocess, request.replay)
