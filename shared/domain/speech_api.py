"""The one file that knows the JSON of Speech's REST API: a transcription, its files, pages, errors."""

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
"""Characters of a file's name that are kept. A blob's name has no more (Azure, naming blobs)."""

LONGEST_KIND = 256
"""Characters of a file's kind that are kept: enough to name one that we do not know."""


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
            raise UnknownValue(f"Speech named a transcription by {path_of(self.self_url)[:_SHOWN]!r}, which has no id")
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
        """Return Speech's own code and message of a failed job; the words of an `innerError` follow the message."""
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
        """Keep no more than may be stored, and than a message has room for."""
        msgspec.structs.force_setattr(self, "self_url", kept(self.self_url))
        msgspec.structs.force_setattr(self, "kind", self.kind[:LONGEST_KIND])
        if self.name is not None:
            msgspec.structs.force_setattr(self, "name", self.name[:LONGEST_NAME])

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
            raise UnknownValue(f"Speech named a file by {path_of(self.self_url)[:_SHOWN]!r}, which has no file id")
        return ids

    @property
    def content_url(self) -> str | None:
        """Where the content is; carries a signature, so it is never stored or logged."""
        return self.links.content_url


class Page(msgspec.Struct, frozen=True):
    """A page of any list. `next_link` is no address to ask: see `next_page`."""

    next_link: str | None = msgspec.field(name="@nextLink", default=None)

    @property
    def next_page(self) -> str | None:
        """What names the next page, None after the last. Raises UnknownValue for a link that names none."""
        return next_page(self.next_link) if self.next_link else None


class TranscriptionPage(Page, frozen=True, kw_only=True):
    """A page of Transcriptions_List. Each value is decoded by `entry`, so that an odd one hides no other."""

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
    """`innerError` may have one of its own, and other services of Azure write `innererror`."""

    code: str | int | None = None
    message: str | None = None
    inner_error: "_Error | None" = None
    innererror: "_Error | None" = None

    def words(self) -> str:
        """Return `code: message` of the error and of those in it, the outermost first."""
        own = ": ".join(str(word) for word in (self.code, self.message) if word)
        return "; ".join(filter(None, (own, self.reason())))

    def reason(self) -> str:
        """Return the words of the errors in this one, which often have the real reason; empty if there is none."""
        inner = self.inner_error or self.innererror
        return inner.words() if inner else ""


class _ErrorBody(_Error, frozen=True):
    error: _Error | None = None


def error_words(body: bytes) -> str:
    """Return `code: message` of an error body in either of Speech's two shapes, or the start of whatever it is.

    `innerError` follows, which often has the real reason. No more than 2,000 characters, and none of what a secret
    looks like.
    """
    try:
        parsed = msgspec.json.decode(body, type=_ErrorBody)
        words = (parsed.error or parsed).words()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return redacted(body.decode("utf-8", "backslashreplace"))[:_SHOWN]
    return redacted(words)[:_WORDS] if words else redacted(body.decode("utf-8", "replace"))[:_SHOWN]


_SPEAKS_OF_VERSION = re.compile(r"api[\s_-]{0,3}version", re.IGNORECASE)


def refuses_version(words: str) -> bool:
    """Say whether the words of a refusal (4xx) are about the API version.

    Known is *"The API version cannot be used to access this transcription. Use API version v3.2 or higher."* (Microsoft
    Learn, Migrate code from v3.1 to v3.2), without status and code. So any words of an API version count, but for those
    in a URL, which may be the request's own.
    """
    return _SPEAKS_OF_VERSION.search(URL_IN_TEXT.sub("", words)) is not None


def decode_answer(body: bytes, shape: type[_T]) -> _T:
    """Decode an answer of the API; raise Transient, with the path, if it has another shape.

    A page of some proxy with status 200 looks like this too, so it is tried again; what stays wrong ends in poison.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Transient(f"Speech's answer is not a {shape.__name__}: {error}") from error
