"""The JSON of Speech's REST API: transcriptions, files, pages, errors. No other file knows it."""

import re
from typing import Any, TypeVar

import msgspec

from shared.domain.job import Event, Failure
from shared.domain.redaction import redacted
from shared.domain.speech_urls import next_page, path_of, transcription_file_ids, transcription_id
from shared.domain.urls import URL_IN_TEXT, kept, strip_queries
from shared.errors import Transient, UnknownValue
from shared.masking import masked

_T = TypeVar("_T")

_SHOWN = 200
_WORDS = 2000

LONGEST_NAME = 1_024
"""A file's name is cut to this many characters. A blob's name has no more (Azure, naming blobs)."""

LONGEST_KIND = 256
"""A file's kind is cut to this many characters, which is enough to show an unknown one."""


class _Links(msgspec.Struct, rename="camel", frozen=True):
    files: str | None = None
    content_url: str | None = None

    def __post_init__(self) -> None:
        if self.files is not None:
            msgspec.structs.force_setattr(self, "files", kept(self.files))


class Transcription(msgspec.Struct, rename="camel", frozen=True):
    """The answer of Transcriptions_Get, and an entry of Transcriptions_List."""

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
        """Reduce `self` to what may be stored."""
        msgspec.structs.force_setattr(self, "self_url", kept(self.self_url))

    @property
    def job_id(self) -> str:
        """The id in lower case. Raises UnknownValue if `self` is not the URL of a transcription."""
        job_id = transcription_id(self.self_url)
        if job_id is None:
            raise UnknownValue(f"Speech named a transcription by {path_of(self.self_url)[:_SHOWN]!r}, which has no id")
        return job_id

    def event(self) -> Event:
        """Return the event that the status stands for. Raises UnknownValue, with the status, for an unknown one."""
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
        """Return Speech's own code and message of a failed job. The text of an `innerError` follows the message."""
        error = self.properties.get("error")
        try:
            told = msgspec.convert(error, _Error)
        except msgspec.ValidationError:
            shown = error if isinstance(error, dict) else {}
            told = _Error(code=str(shown.get("code") or "") or None, message=str(shown.get("message") or "") or None)
        words = "; ".join(filter(None, (told.message or "Speech gave no message", told.reason())))
        return Failure(str(told.code or "Unknown"), strip_queries(masked(words)), "Speech")


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
        """Reduce the properties to what may be stored and what a message has room for."""
        msgspec.structs.force_setattr(self, "self_url", kept(self.self_url))
        msgspec.structs.force_setattr(self, "kind", self.kind[:LONGEST_KIND])
        if self.name is not None:
            msgspec.structs.force_setattr(self, "name", self.name[:LONGEST_NAME])

    @property
    def file_id(self) -> str:
        """The id in lower case. Raises UnknownValue if `self` is not the URL of a file."""
        return self._ids()[1]

    @property
    def job_id(self) -> str:
        """The id of the file's transcription in lower case. Raises UnknownValue if `self` is not the URL of a file."""
        return self._ids()[0]

    def _ids(self) -> tuple[str, str]:
        ids = transcription_file_ids(self.self_url)
        if ids is None:
            raise UnknownValue(f"Speech named a file by {path_of(self.self_url)[:_SHOWN]!r}, which has no file id")
        return ids

    @property
    def content_url(self) -> str | None:
        """The URL of the content. It carries a signature, so it is never stored or logged."""
        return self.links.content_url


class Page(msgspec.Struct, frozen=True):
    """A page of any list. The app sends no request to `next_link`; it uses `next_page`."""

    next_link: str | None = msgspec.field(name="@nextLink", default=None)

    @property
    def next_page(self) -> str | None:
        """The query parameters of the next page; None after the last. Raises UnknownValue for a link without any."""
        return next_page(self.next_link) if self.next_link else None


class TranscriptionPage(Page, frozen=True, kw_only=True):
    """A page of Transcriptions_List. `entry` decodes each value by itself, so that an invalid one affects no other."""

    values: list[Any]


def entry(value: object) -> Transcription:
    """Return an entry of a TranscriptionPage. Raises UnknownValue if it is no transcription."""
    try:
        seen = msgspec.convert(value, Transcription)
    except msgspec.ValidationError as error:
        raise UnknownValue(f"Speech listed something that is no transcription: {error}") from error
    _ = seen.job_id
    return seen


class FilePage(Page, frozen=True, kw_only=True):
    """A page of Transcriptions_ListFiles."""

    values: list[TranscriptionFile]


KIND_TRANSCRIPTION = "Transcription"
KIND_REPORT = "TranscriptionReport"


class _Error(msgspec.Struct, rename="camel", frozen=True):
    """An error of Speech. An `innerError` may contain another one. Other services of Azure write `innererror`."""

    code: str | int | None = None
    message: str | None = None
    inner_error: "_Error | None" = None
    innererror: "_Error | None" = None

    def words(self) -> str:
        """Return `code: message` of the error and of its inner errors, the outermost first."""
        own = ": ".join(str(word) for word in (self.code, self.message) if word)
        return "; ".join(filter(None, (own, self.reason())))

    def reason(self) -> str:
        """Return the text of the inner errors, which often have the actual reason; empty if there are none."""
        inner = self.inner_error or self.innererror
        return inner.words() if inner else ""


class _ErrorBody(_Error, frozen=True):
    error: _Error | None = None


def error_words(body: bytes) -> str:
    """Return `code: message` of an error body in either of Speech's two shapes, and of its inner errors.

    For any other body, return its first 200 characters. The text is redacted and has at most 2,000 characters.
    """
    try:
        parsed = msgspec.json.decode(body, type=_ErrorBody)
        words = (parsed.error or parsed).words()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return redacted(body.decode("utf-8", "backslashreplace"))[:_SHOWN]
    return redacted(words)[:_WORDS] if words else redacted(body.decode("utf-8", "replace"))[:_SHOWN]


_SPEAKS_OF_VERSION = re.compile(r"api[\s_-]{0,3}version", re.IGNORECASE)


def refuses_version(words: str) -> bool:
    """Return whether the text of a refusal (4xx) is about the API version.

    Microsoft documents one such text, without its status and code: *"The API version cannot be used to access this
    transcription. Use API version v3.2 or higher."* (Migrate code from v3.1 to v3.2). So any mention of an API version
    counts, except in a URL, which may be that of the request.
    """
    return _SPEAKS_OF_VERSION.search(URL_IN_TEXT.sub("", words)) is not None


def decode_answer(body: bytes, shape: type[_T]) -> _T:
    """Return an answer of the API, decoded. Raises Transient, with the path in the JSON, for another shape.

    A proxy's page with status 200 has another shape too, so the request is retried with backoff.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Transient(f"Speech's answer is not a {shape.__name__}: {error}") from error
