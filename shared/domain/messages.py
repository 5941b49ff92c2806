"""Queue messages: what a user may enqueue, and what our functions send to one another."""

import base64
import binascii
import hashlib
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from shared.domain.speech_api import GUID, transcription_id
from shared.domain.urls import HostRule
from shared.errors import ForbiddenUrl, InvalidMessage

JOBS_QUEUE = "transcription-jobs"
RESULTS_QUEUE = "transcription-results"
POISON_SUFFIX = "-poison"
_SHOWN = 80


class Enqueued(msgspec.Struct, frozen=True):
    """A job that a user asks for; `self_url` when the message named it by its URL."""

    job_id: str
    self_url: str | None = None
    reprocess: bool = False


class EnqueueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that a user asks for. A bare id or URL may be enqueued too."""

    id: str
    reprocess: bool = False


class ListJobFiles(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="list"):
    """List one page of a job's files. `expected` and `reports` count what earlier pages held."""

    job_id: str
    run: int
    reprocess_from: int = 0
    next_link: str | None = None
    expected: int = 0
    reports: int = 0
    version: Literal[1] = 1


class FetchFile(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="fetch"):
    """Fetch one file of a job. `self` is the file's own URL, without any signature."""

    job_id: str
    file_id: str
    kind: str
    self_url: str = msgspec.field(name="self")
    run: int
    reprocess_from: int = 0
    name: str | None = None
    version: Literal[1] = 1


Work = ListJobFiles | FetchFile


def decode_enqueued(body: bytes, hosts: HostRule) -> Enqueued:
    """Return what a user enqueued: a GUID, a `self` URL, or JSON with `id`; plain or Base64, white space around it.

    Raises InvalidMessage that says what is wrong with it.
    """
    text = _text(body)
    if not text.startswith("{"):
        return _named(text, hosts, reprocess=False)
    try:
        request = msgspec.json.decode(text, type=EnqueueRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f'{_shown(text)} is not {{"id": "…", "reprocess": false}}: {error}') from error
    return _named(request.id.strip(), hosts, reprocess=request.reprocess)


def decode_work(body: bytes) -> Work:
    """Return the message that one of our functions sent; raise InvalidMessage for anything else."""
    text = _text(body)
    try:
        return msgspec.json.decode(text, type=ListJobFiles | FetchFile)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{_shown(text)} is no message of this app: {error}") from error


def encode(message: Work) -> str:
    """Return the message as it is sent."""
    return msgspec.json.encode(message).decode()


def text_of(body: bytes) -> str:
    """Return a message's text, Base64 undone where it was; what is not UTF-8 is shown escaped."""
    try:
        return _text(body)
    except InvalidMessage:
        return body.decode("utf-8", "backslashreplace")


def message_hash(queue: str, text: str) -> str:
    """Return what identifies a message's text in its queue: the same message twice is one document."""
    return hashlib.sha256(f"{queue}\n{text}".encode()).hexdigest()[:32]


def _named(name: str, hosts: HostRule, *, reprocess: bool) -> Enqueued:
    if GUID.fullmatch(name):
        return Enqueued(name.lower(), None, reprocess)
    if "://" not in name:
        raise InvalidMessage(f"{_shown(name)} is neither a transcription id (a GUID) nor the URL of a transcription")
    try:
        hosts.check(name)
    except ForbiddenUrl as error:
        raise InvalidMessage(str(error)) from error
    job_id = transcription_id(name)
    if job_id is None:
        path = urlsplit(name).path
        raise InvalidMessage(f"{_shown(path)} is not the path of a transcription (…/transcriptions/{{id}})")
    return Enqueued(job_id, name, reprocess)


def _text(body: bytes) -> str:
    plain = _utf8(body)
    if not plain:
        raise InvalidMessage("the message is empty")
    # No id, URL or JSON is valid Base64: a GUID has hyphens, a URL a colon, JSON braces. Some tools wrap its lines.
    try:
        return _utf8(base64.b64decode("".join(plain.splitlines()), validate=True)) or plain
    except (binascii.Error, ValueError, InvalidMessage):
        return plain


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidMessage(f"the message is not UTF-8 text: {error}") from error


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
