"""Queue messages: what a user may enqueue, and what our functions send to one another."""

import base64
import binascii
import hashlib
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from shared.domain.redaction import redacted
from shared.domain.speech_urls import FILE_ID_PATTERN, GUID, LONGEST_PAGE, PAGE_PATTERN, next_page, transcription_id
from shared.domain.urls import host_of, kept
from shared.errors import InvalidMessage, UnknownValue

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

_MOST_ENTRIES = 500
"""Of an array that is enqueued: as many ids fit into a message of 64 KiB with room for how they are named."""

_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Kind = Annotated[str, Meta(max_length=256)]
_Name = Annotated[str, Meta(max_length=4_096)]
_Page = Annotated[str, Meta(max_length=LONGEST_PAGE, pattern=PAGE_PATTERN)]
_FileId = Annotated[str, Meta(pattern=FILE_ID_PATTERN)]


class Enqueued(msgspec.Struct, frozen=True):
    """A job that a user asks for; `self_url` when the message named it by its URL.

    `reprocess`: everything is written anew; `replay`: what was given up is tried again, which `reprocess` includes.
    """

    job_id: str
    self_url: str | None = None
    reprocess: bool = False
    replay: bool = False

    @property
    def host(self) -> str | None:
        """Host of the URL that named the job; nothing is asked there."""
        return None if self.self_url is None else host_of(self.self_url)


class EnqueueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that a user asks for. A bare id or URL may be enqueued too."""

    id: str
    reprocess: bool = False
    replay: bool = False


class _Described(msgspec.Struct, frozen=True):
    """What Speech answers to who creates a job. Of its properties only `self` counts."""

    self_url: str | msgspec.UnsetType = msgspec.field(name="self", default=msgspec.UNSET)


class ListJobFiles(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="list"):
    """List one page of a job's files. `expected`, `reports` and `pages` count what earlier pages held, and these.

    `page`: the page's query parameters (see `next_page`); version 1 had `nextLink` in its place, a URL.
    """

    job_id: str
    run: _Count
    reprocess_from: _Count = 0
    page: _Page | None = None
    expected: _Count = 0
    reports: _Count = 0
    pages: _Count = 0
    version: Literal[1, 2] = 2


class _Former(msgspec.Struct, rename="camel", frozen=True):
    """What a ListJobFiles of version 1 says of the page."""

    next_link: Annotated[str, Meta(max_length=LONGEST_PAGE)] | None = None


class FetchFile(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="fetch"):
    """Fetch one file of a job. Version 1 had the file's URL too, `self`, which is passed over."""

    job_id: str
    file_id: _FileId
    kind: _Kind
    run: _Count
    reprocess_from: _Count = 0
    name: _Name | None = None
    version: Literal[1, 2] = 2


Work = ListJobFiles | FetchFile


def decode_enqueued(body: bytes) -> list[Enqueued]:
    """Return the jobs that a user enqueued, in order; plain or Base64, white space around it.

    A job is named by a GUID or by a URL, of any host and API version, of which the GUID counts; each also in quotes;
    or by JSON with `id` or `self`. Several are a JSON array of 1 to 500 of these. Raises InvalidMessage that says what
    is wrong with it, in an array also with which entry.
    """
    text = _text(body)
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
    """Return the text of an enqueued message without its first `done` jobs, as they were written."""
    text = _text(body)
    return f"[{','.join(_entries(text)[done:])}]" if text.startswith("[") else text


def _entries(text: str) -> list[str]:
    try:
        entries = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{_shown(text)} is no JSON array: {_words(error)}") from error
    if not 0 < len(entries) <= _MOST_ENTRIES:
        raise InvalidMessage(f"the array has {len(entries)} entries; 1 to {_MOST_ENTRIES} are allowed")
    return [bytes(entry).decode() for entry in entries]


def named(text: str) -> Enqueued:
    """Return the one job that a text names, as `decode_enqueued` says, arrays aside. Raises InvalidMessage."""
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
        raise InvalidMessage(f"{_shown(text)} is neither {forms}: {_words(error)}") from error
    return _named(request)


def decode_work(body: bytes) -> Work:
    """Return the message that one of our functions sent, of this version or the one before it.

    Raises InvalidMessage for anything else.
    """
    text = _text(body)
    try:
        message = msgspec.json.decode(text, type=ListJobFiles | FetchFile)
        former = msgspec.json.decode(text, type=_Former) if isinstance(message, ListJobFiles) else _Former()
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{_shown(text)} is no message of this app: {_words(error)}") from error
    # The ids become those of documents and blobs; the queue says nothing of who wrote to it.
    if not GUID.fullmatch(message.job_id) or message.job_id != message.job_id.lower():
        raise InvalidMessage(f"{_shown(message.job_id)} is no job's id")
    if isinstance(message, FetchFile) and message.file_id != message.file_id.lower():
        raise InvalidMessage(f"{_shown(message.file_id)} is no file's id: it is not in lower case")
    if former.next_link is not None and isinstance(message, ListJobFiles) and message.page is None:
        try:
            message = msgspec.structs.replace(message, page=next_page(former.next_link))
        except UnknownValue as error:
            raise InvalidMessage(f"the message's nextLink: {error}") from error
    return msgspec.structs.replace(message, version=2)


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
    """Return the text of a message that was not understood as it is kept: without what a secret looks like.

    It may be a queue message again: what is escaped or removed can make it longer, so it is cut at 64 KiB of UTF-8.
    """
    return redacted(text_of(body)).encode()[:_LARGEST_MESSAGE_BYTES].decode("utf-8", "ignore")


def message_hash(queue: str, text: str) -> str:
    """Return what identifies a message's text in its queue: the same message twice is one document."""
    return hashlib.sha256(f"{queue}\n{text}".encode()).hexdigest()[:32]


def _named(request: EnqueueRequest) -> Enqueued:
    name = request.id.strip()
    if GUID.fullmatch(name):
        return Enqueued(name.lower(), None, request.reprocess, request.replay)
    if "://" not in name:
        raise InvalidMessage(f"{_shown(name)} is neither a transcription id (a GUID) nor the URL of a transcription")
    if len(name) > _LONGEST_URL:
        raise InvalidMessage(f"{_shown(name)} is a URL of more than {_LONGEST_URL} characters")
    try:
        host_of(name)
    except ValueError as error:
        raise InvalidMessage(f"{_shown(name)} is not the URL of a transcription: {error}") from error
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
