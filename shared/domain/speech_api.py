"""The one file that knows the JSON of Speech's REST API: a transcription, its files, pages, errors."""

import re
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from shared.domain.job import Event, Failure
from shared.domain.redaction import redacted
from shared.domain.urls import kept, strip_queries
from shared.errors import Transient, UnknownValue

_T = TypeVar("_T")

VERSIONS = ("v3.1", "v3.2", "2024-11-15", "2025-10-15")
"""API versions that are understood; those with a `v` stand in the path, dates in the query."""

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
GUID = re.compile(_GUID)
_TRANSCRIPTION = rf"/speechtotext/(?:v[0-9][^/]*/)?transcriptions/({_GUID})"
_TRANSCRIPTION_PATH = re.compile(rf"{_TRANSCRIPTION}/?")
_FILE_PATH = re.compile(rf"{_TRANSCRIPTION}/files/([A-Za-z0-9_-]{{1,100}})/?")
_SHOWN = 200
_WORDS = 2000


class _Links(msgspec.Struct, rename="camel", frozen=True):
    files: str | None = None
    content_url: str | None = None

    def __post_init__(self) -> None:
        if self.files is not None:
            msgspec.structs.force_setattr(self, "files", kept(self.files))


class Transcription(msgspec.Struct, rename="camel", frozen=True):
    """Answer of Transcriptions_Get, and an entry of Transcriptions_List."""

    self_url: str = msgspec.field(name="self")
    status: str
    display_name: str | None = None
    locale: str | None = None
    created_date_time: str | None = None
    last_action_date_time: str | None = None
    custom_properties: dict[str, Any] | None = None
    properties: dict[str, Any] = msgspec.field(default_factory=dict)
    links: _Links = _Links()

    def __post_init__(self) -> None:
        """Keep no more of `self` than may be stored."""
        msgspec.structs.force_setattr(self, "self_url", kept(self.self_url))

    @property
    def job_id(self) -> str:
        """The id, in lower case. Raises UnknownValue if `self` is no transcription's URL."""
        job_id = transcription_id(self.self_url)
        if job_id is None:
            raise UnknownValue(f"Speech named a transcription by {_path(self.self_url)[:_SHOWN]!r}, which has no id")
        return job_id

    def event(self) -> Event:
        """Return what the status means for the job; raise UnknownValue, naming it, for one we do not know."""
        match self.status:
            case "NotStarted" | "Running":
                return Event.NOT_ENDED
            case "Succeeded":
                return Event.SUCCEEDED
            case "Failed":
                return Event.SPEECH_FAILED
            case _:
                raise UnknownValue(f"Speech says the status is {self.status[:100]!r}, which this version does not know")

    def failure(self) -> Failure:
        """Return Speech's own code and message of a failed job."""
        error = self.properties.get("error")
        error = error if isinstance(error, dict) else {}
        code, message = error.get("code"), error.get("message")
        words = strip_queries(str(message or "Speech gave no message"))
        return Failure(str(code or "Unknown"), words, "Speech")


class _FileProperties(msgspec.Struct, frozen=True):
    size: int | float | None = None


class TranscriptionFile(msgspec.Struct, rename="camel", frozen=True):
    """An entry of Transcriptions_ListFiles, and the answer of Transcriptions_GetFile."""

    self_url: str = msgspec.field(name="self")
    kind: str
    name: str | None = None
    links: _Links = _Links()
    properties: _FileProperties = _FileProperties()

    def __post_init__(self) -> None:
        """Keep no more of `self` than may be stored."""
        msgspec.structs.force_setattr(self, "self_url", kept(self.self_url))

    @property
    def file_id(self) -> str:
        """The id, in lower case. Raises UnknownValue if `self` is no file's URL."""
        return self._ids()[1]

    @property
    def job_id(self) -> str:
        """The id of the file's transcription, in lower case. Raises UnknownValue if `self` is no file's URL."""
        return self._ids()[0]

    def _ids(self) -> tuple[str, str]:
        ids = transcription_file_ids(self.self_url)
        if ids is None:
            raise UnknownValue(f"Speech named a file by {_path(self.self_url)[:_SHOWN]!r}, which has no file id")
        return ids

    @property
    def content_url(self) -> str | None:
        """Where the content is; carries a signature, so it is never stored or logged."""
        return self.links.content_url


class TranscriptionPage(msgspec.Struct, frozen=True):
    """A page of Transcriptions_List."""

    values: list[Transcription]
    next_link: str | None = msgspec.field(name="@nextLink", default=None)


class FilePage(msgspec.Struct, frozen=True):
    """A page of Transcriptions_ListFiles."""

    values: list[TranscriptionFile]
    next_link: str | None = msgspec.field(name="@nextLink", default=None)


KIND_TRANSCRIPTION = "Transcription"
KIND_REPORT = "TranscriptionReport"


def transcription_id(url: str) -> str | None:
    """Return the id in a transcription's `self` URL of any version, in lower case, or None."""
    match = _TRANSCRIPTION_PATH.fullmatch(_path(url))
    return match[1].lower() if match else None


def transcription_file_ids(url: str) -> tuple[str, str] | None:
    """Return the ids of transcription and file in a file's `self` URL of any version, in lower case, or None."""
    match = _FILE_PATH.fullmatch(_path(url))
    return (match[1].lower(), match[2].lower()) if match else None


def _path(url: str) -> str:
    if not url.isprintable():  # urlsplit would pass over line breaks and tabs
        return ""
    try:
        return urlsplit(url).path
    except ValueError:  # text that is no URL has no path
        return ""


def transcriptions_url(endpoint: str, version: str, *parts: str, **query: str | int) -> str:
    """Return the URL of the transcriptions of a resource, or of what `parts` name below them, in an API version."""
    base = f"{endpoint.rstrip('/')}/speechtotext"
    if version.startswith("v"):
        base = f"{base}/{version}"
    else:
        query["api-version"] = version
    path = "/".join([base, "transcriptions", *parts])
    return f"{path}?{urlencode(query)}" if query else path


def with_query(url: str, **query: str | int) -> str:
    """Return `url` with those parameters added that it lacks: Speech's own next links drop some."""
    parts = urlsplit(url)
    present = dict(parse_qsl(parts.query, keep_blank_values=True))
    merged = present | {key: str(value) for key, value in query.items() if key not in present}
    return urlunsplit(parts._replace(query=urlencode(merged)))


class _Error(msgspec.Struct, frozen=True):
    code: str | int | None = None
    message: str | None = None


class _ErrorBody(msgspec.Struct, frozen=True):
    code: str | int | None = None
    message: str | None = None
    error: _Error | None = None


def error_words(body: bytes) -> str:
    """Return `code: message` of an error body in either of Speech's two shapes, or the start of whatever it is.

    No more than 2,000 characters, and none of what a secret looks like.
    """
    try:
        parsed = msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return redacted(body[:_SHOWN].decode("utf-8", "backslashreplace"))
    inner = parsed.error or _Error(parsed.code, parsed.message)
    if inner.code or inner.message:
        return redacted(f"{inner.code}: {inner.message}")[:_WORDS]
    return redacted(body[:_SHOWN].decode("utf-8", "replace"))


def decode_answer(body: bytes, shape: type[_T]) -> _T:
    """Decode an answer of the API; raise Transient, with the path, if it has another shape.

    A page of some proxy with status 200 looks like this too, so it is tried again; what stays wrong ends in poison.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Transient(f"Speech's answer is not a {shape.__name__}: {error}") from error
