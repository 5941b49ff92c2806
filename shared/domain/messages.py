"""Queue messages: what a user may enqueue, and what our functions send to one another."""

import base64
import binascii
import hashlib
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from shared.domain.redaction import redacted
from shared.domain.speech_api import GUID, transcription_file_ids, transcription_id
from shared.domain.urls import HostRule, kept
from shared.errors import ForbiddenUrl, InvalidMessage

JOBS_QUEUE = "transcription-jobs"
"""Name of the queue that users send to, unless the setting JOBS_QUEUE gives another one."""
RESULTS_QUEUE = "transcription-results"
"""Name of the queue that the functions send to each other on, unless the setting RESULTS_QUEUE gives another one."""
POISON_SUFFIX = "-poison"
"""The Functions host appends it to a queue's name, for messages that failed too often."""
_SHOWN = 80
_WORDS_SHOWN = 200
_LARGEST_MESSAGE_BYTES = 64 * 1024
"""Storage queues take no greater one; so nothing here needs to be quick with more."""
_LONGEST_URL = 2_048

_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Kind = Annotated[str, Meta(max_length=256)]
_Name = Annotated[str, Meta(max_length=4_096)]
_Url = Annotated[str, Meta(max_length=_LONGEST_URL)]
_NextLink = Annotated[str, Meta(max_length=8_192)]


class Enqueued(msgspec.Struct, frozen=True):
    """A job that a user asks for; `self_url` when the message named it by its URL.

    `reprocess`: everything is written anew; `replay`: what was given up is tried again, which `reprocess` includes.
    """

    job_id: str
    self_url: str | None = None
    reprocess: bool = False
    replay: bool = False


class EnqueueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that a user asks for. A bare id or URL may be enqueued too."""

    id: str
    reprocess: bool = False
    replay: bool = False


class ListJobFiles(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="list"):
    """List one page of a job's files. `expected` and `reports` count what earlier pages held."""

    job_id: str
    run: _Count
    reprocess_from: _Count = 0
    next_link: _NextLink | None = None
    expected: _Count = 0
    reports: _Count = 0
    version: Literal[1] = 1


class FetchFile(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="fetch"):
    """Fetch one file of a job. `self` is the file's own URL, without any signature."""

    job_id: str
    file_id: str
    kind: _Kind
    self_url: _Url = msgspec.field(name="self")
    run: _Count
    reprocess_from: _Count = 0
    name: _Name | None = None
    version: Literal[1] = 1


Work = ListJobFiles | FetchFile


def decode_enqueued(body: bytes, hosts: HostRule) -> Enqueued:
    """Return what a user enqueued: a GUID, a `self` URL, or JSON with `id`; plain or Base64, white space around it.

    Raises InvalidMessage that says what is wrong with it.
    """
    text = _text(body)
    if not text.startswith("{"):
        return _named(EnqueueRequest(text), hosts)
    try:
        request = msgspec.json.decode(text, type=EnqueueRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        form = '{"id": "…", "reprocess": false, "replay": false}'
        raise InvalidMessage(f"{_shown(text)} is not {form}: {_words(error)}") from error
    return _named(request, hosts)


def decode_work(body: bytes) -> Work:
    """Return the message that one of our functions sent; raise InvalidMessage for anything else."""
    text = _text(body)
    try:
        message = msgspec.json.decode(text, type=ListJobFiles | FetchFile)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{_shown(text)} is no message of this app: {_words(error)}") from error
    # The ids become those of documents and blobs; the queue says nothing of who wrote to it.
    if not GUID.fullmatch(message.job_id) or message.job_id != message.job_id.lower():
        raise InvalidMessage(f"{_shown(message.job_id)} is no job's id")
    if isinstance(message, FetchFile) and transcription_file_ids(message.self_url) != (message.job_id, message.file_id):
        raise InvalidMessage(f"{_shown(message.self_url)} is not the URL of file {_shown(message.file_id)} of the job")
    return message


def encode(message: Work) -> str:
    """Return the message as it is sent."""
    return msgspec.json.encode(message).decode()


def text_of(body: bytes) -> str:
    """Return a message's text, Base64 undone where it was; what is not UTF-8 is shown escaped."""
    try:
        return _text(body)
    except InvalidMessage:
        return body.decode("utf-8", "backslashreplace")


def kept_text_of(body: bytes) -> str:
    """Return the text of a message that was not understood as it is kept: without what a secret looks like."""
    return redacted(text_of(body))


def message_hash(queue: str, text: str) -> str:
    """Return what identifies a message's text in its queue: the same message twice is one document."""
    return hashlib.sha256(f"{queue}\n{text}".encode()).hexdigest()[:32]


def _named(request: EnqueueRequest, hosts: HostRule) -> Enqueued:
    name = request.id.strip()
    if GUID.fullmatch(name):
        return Enqueued(name.lower(), None, request.reprocess, request.replay)
    if "://" not in name:
        raise InvalidMessage(f"{_shown(name)} is neither a transcription id (a GUID) nor the URL of a transcription")
    if len(name) > _LONGEST_URL:
        raise InvalidMessage(f"{_shown(name)} is a URL of more than {_LONGEST_URL} characters")
    try:
        hosts.check(name)
    except ForbiddenUrl as error:
        raise InvalidMessage(str(error)) from error
    job_id = transcription_id(name)
    if job_id is None:
        path = urlsplit(name).path
        raise InvalidMessage(f"{_shown(path)} is not the path of a transcription (…/transcriptions/{{id}})")
    return Enqueued(job_id, kept(name), request.reprocess, request.replay)


def _text(body: bytes) -> str:
    if len(body) > _LARGEST_MESSAGE_BYTES:
        raise InvalidMessage(f"the message has {len(body)} bytes; a queue's have at most {_LARGEST_MESSAGE_BYTES}")
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
    text = redacted(text)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _words(error: Exception) -> str:
    # msgspec quotes keys and tags as they are: a line break in one would begin a line of the log.
    words = redacted(str(error)[:_WORDS_SHOWN])
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in words)
