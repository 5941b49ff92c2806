"""URLs of Speech's REST API. Each request's URL is built from the settings; links of Speech are only read for ids.

No document says which host Speech writes into `self`, `links.files` and `@nextLink` when it is called through a custom
subdomain. Every public example has the regional host, and regional hosts refuse Entra tokens. So no link is followed.
"""

import re
from typing import Final
from urllib.parse import quote, unquote, urlencode, urlsplit

import msgspec

from shared.domain.urls import host_of
from shared.errors import UnknownValue

VERSIONS = ("v3.1", "v3.2", "2024-11-15", "2025-10-15")
"""Supported API versions, the oldest first. Versions with a `v` go into the path, dates into the query."""

NEWEST: Final = "2025-10-15"

RETIRED = frozenset({"v3.1", "v3.2"})
RETIRED_ON = "31 March 2026"
"""When Microsoft retires these versions, according to its pages on migrating to 2024-11-15 and 2025-10-15."""

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
GUID = re.compile(_GUID)
FILE_ID_PATTERN = "^[A-Za-z0-9_-]{1,100}$"
_TRANSCRIPTION = rf"/speechtotext/(?:v[0-9][^/]*/)?transcriptions/({_GUID})"
_TRANSCRIPTION_PATH = re.compile(rf"{_TRANSCRIPTION}/?")
_FILE_PATH = re.compile(rf"{_TRANSCRIPTION}/files/([A-Za-z0-9_-]{{1,100}})/?")

_QUERY = "!$&'()*+,;=:@/?-._~"
PAGE_PATTERN = r"^[A-Za-z0-9!$&'()*+,;=:@/?._~%-]+$"
"""A page's name has only characters of a query (RFC 3986), so it cannot change another part of the URL."""

LONGEST_PAGE = 8_192
"""Most characters of a page's name. It becomes part of a message and of a request line."""

_VERSION_PARAMETER = "api-version"
_PAGE_SIZE = "top"
_SHOWN = 200


class SpeechResource(msgspec.Struct, frozen=True):
    """The Speech resource that the app uses, and the API version of its requests.

    `endpoint`: the origin in SPEECH_ENDPOINT. `version`: SPEECH_API_VERSION, one of VERSIONS.
    """

    endpoint: str
    version: str

    @property
    def host(self) -> str:
        """The host, with its port unless that is the default."""
        return host_of(self.endpoint)

    def url(self, *parts: str, page: str | None = None, **query: str | int) -> str:
        """Return the URL of the resource's transcriptions, or of the path `parts` below them.

        `query`: parameters of the first page. `page`: those of a later page, as `next_page` returns them. Next links
        drop some parameters, so the missing ones are added from `query`. If both have a parameter, `top` comes from
        `page` and any other from `query`. Spaces become `%20`, as in Speech's own examples.
        """
        base = f"{self.endpoint.rstrip('/')}/speechtotext"
        if self.version.startswith("v"):
            base = f"{base}/{self.version}"
        else:
            query[_VERSION_PARAMETER] = self.version
        ours = query.keys() - {_PAGE_SIZE}
        kept = [piece for piece in (page or "").split("&") if piece and _name(piece) not in {*ours, _VERSION_PARAMETER}]
        named = {_name(piece) for piece in kept}
        added = {name: value for name, value in query.items() if name not in named}
        text = "&".join([*kept, urlencode(added, quote_via=quote)] if added else kept)
        path = "/".join([base, "transcriptions", *parts])
        return f"{path}?{text}" if text else path

    def unknown_words(self, enqueued_host: str | None) -> str:
        """Return why Speech may answer 404 for a job: it belongs to another resource, or the API version is too old.

        `enqueued_host`: the host of the URL by which the job was enqueued; None if it was enqueued by its id.
        """
        words = "Speech does not know this transcription (404)"
        if enqueued_host not in {None, self.host}:
            words += (
                f"; it was enqueued by a URL of {enqueued_host}, and this app asks {self.host} (SPEECH_ENDPOINT): both "
                "have to be the same Speech resource"
            )
        if self.version in RETIRED:
            words += f"; it was asked for in API version {self.version}: {self.other_version()}"
        return words

    def other_version(self) -> str:
        """Return which setting to change if Speech refuses the API version."""
        if self.version == NEWEST:
            others = ", ".join(version for version in VERSIONS if version != NEWEST)
            return f"set SPEECH_API_VERSION to a version that Speech names, or to one of {others}"
        return f"set SPEECH_API_VERSION to {NEWEST}, or to another version that Speech names"


def next_page(link: str) -> str:
    """Return the query parameters of a `@nextLink`, which name the page: `skip`, a continuation token, `top`.

    They stay as Speech wrote them, without `api-version`. Raises UnknownValue if there are none, or if they have more
    than LONGEST_PAGE characters.
    """
    try:
        query = urlsplit(link).query
    except ValueError as error:
        raise UnknownValue(f"Speech's next link is no URL: {error}") from error
    pieces = [piece for piece in query.split("&") if piece and _name(piece) != _VERSION_PARAMETER]
    if not pieces:
        raise UnknownValue("Speech's next link has no parameter that names a page")
    page = quote("&".join(pieces), safe=f"{_QUERY}%")
    if len(page) > LONGEST_PAGE:
        raise UnknownValue(f"Speech's next link names a page in {len(page)} characters; {LONGEST_PAGE} are read")
    return page


def _name(piece: str) -> str:
    return unquote(piece.partition("=")[0]).lower()


def transcription_id(url: str) -> str | None:
    """Return the id in a transcription's `self` URL of any host and version, in lower case; None for other URLs."""
    match = _TRANSCRIPTION_PATH.fullmatch(path_of(url))
    return match[1].lower() if match else None


def transcription_file_ids(url: str) -> tuple[str, str] | None:
    """Return the ids of transcription and file in a file's `self` URL, in lower case; None for other URLs."""
    match = _FILE_PATH.fullmatch(path_of(url))
    return (match[1].lower(), match[2].lower()) if match else None


def path_of(url: str) -> str:
    """Return the path of a URL; empty for a text that is not a URL."""
    if not url.isprintable():  # urlsplit would ignore line breaks and tabs
        return ""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
