"""Links: from which hosts result files may be fetched, and which parts of a link may be stored.

This module checks the text of a link. adapters/http.py checks the address to which its host resolves.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from shared.errors import ForbiddenUrl

DEFAULT_PORTS = {"http": 80, "https": 443}

URL_IN_TEXT = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s\"<>]+", re.IGNORECASE)
"""A URL of any scheme. The scheme's length is limited, so that a search takes linear time."""

_API_VERSION = re.compile(r"(?:^|&)(api-version=[0-9A-Za-z.-]{1,40})(?:&|$)")
_USER_INFORMATION = re.compile(r"//[^/]*@")
_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_ODD = "a URL with white space, a backslash or non-ASCII characters is not read"
_SHOWN_HOST = re.compile(r"[a-z0-9_.:-]{1,253}")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's platform services in every virtual machine; the address looks public
        "192.0.0.0/24",  # IETF protocol assignments; the metadata service of another cloud uses it
        "192.88.99.0/24",  # relays of 6to4, retired
        "3fff::/20",  # documentation
    )
)
"""Networks that are not public, although `ipaddress` of some or all Python versions says so."""


def without_query(url: str) -> str:
    """Return `url` without query, fragment and user information, which may contain a signature or a secret.

    A text that is not a URL is cut at its first `?` or `#`.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return _USER_INFORMATION.sub("//", url.partition("?")[0].partition("#")[0])


def kept(url: str) -> str:
    """Return a URL of Speech as it may be stored: without user information, and with only `api-version` of its query.

    Of user information only the `@` stays. The text is only cut, so a text that is not a URL does not become one.
    """
    plain, _, query = url.partition("#")[0].partition("?")
    version = _API_VERSION.search(query)
    plain = _USER_INFORMATION.sub("//@", plain)
    return f"{plain}?{version[1]}" if version else plain


def strip_queries(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value after `without_query` was applied to every URL in it, at any depth and within texts.

    A text that starts with `http://` or `https://` is one URL, up to its end.
    """
    match value:
        case str() if value.lower().startswith(("http://", "https://")):
            return without_query(value)
        case str() if "://" not in value:
            return value  # the search takes 1 µs per character, and the texts of a report have millions of them
        case str():
            return URL_IN_TEXT.sub(lambda url: without_query(url[0]), value)
        case list():
            return [strip_queries(item) for item in value]
        case dict():
            return {key: strip_queries(item) for key, item in value.items()}
        case _:
            return value


@dataclass(frozen=True)
class Allowed:
    """A link that may be followed. `trusted`: the settings contain its origin, so every address is allowed.

    `named`: the settings contain its whole host, by itself or in an origin, and not only a suffix of it.
    """

    host: str
    port: int
    trusted: bool
    named: bool


@dataclass(frozen=True)
class HostRule:
    """Decides which links may be followed. `setting`: the name of the setting, for errors.

    An entry is a host (`results.blob.core.windows.net`), a suffix (`.blob.core.windows.net`) or an origin
    (`http://127.0.0.1:10000`). Hosts and suffixes allow only https on port 443, an origin only itself.
    """

    setting: str
    entries: tuple[str, ...]

    def check(self, url: str) -> Allowed:
        """Return how `url` is allowed. Raises ForbiddenUrl, with host and setting but no query, if it is not."""
        shown = without_query(url)[:200]
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
            port = DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
        except ValueError as error:
            raise ForbiddenUrl(f"{shown!r} is not a URL: {error}") from error
        _refuse_odd_spelling(url, parts, shown)
        if origin_of(parts) in self.entries:
            return Allowed(host, port, trusted=True, named=True)
        if parts.scheme != "https" or port != DEFAULT_PORTS["https"]:
            raise ForbiddenUrl(f"{shown!r}: only https on port 443 is allowed, or an origin listed in {self.setting}")
        if "[" in parts.netloc or _is_address(host):
            raise ForbiddenUrl(f"{shown!r}: an address in place of a host name is not allowed ({self.setting})")
        listed = any(host == entry or (entry.startswith(".") and host.endswith(entry)) for entry in self.entries)
        if not listed or not _HOST_NAME.fullmatch(host):
            raise ForbiddenUrl(f"{shown!r}: the host {host!r} is not listed in {self.setting}")
        return Allowed(host, port, trusted=False, named=host in self.entries)


def origin_of(parts: SplitResult) -> str:
    """Return `scheme://host[:port]` in lower case, without a default port. An origin in the settings has this form."""
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}"


def host_of(url: str) -> str:
    """Return the host of an http or https URL in lower case, to be shown to people, with its port if not the default.

    User information is left out. Raises ValueError for any other text.
    """
    if _is_odd(url):
        raise ValueError(_ODD)
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not _SHOWN_HOST.fullmatch(parts.hostname or ""):
        raise ValueError("it is not http or https with a host")
    return origin_of(parts).partition("://")[2]


def _is_odd(url: str) -> bool:
    return any(char in url for char in "\\ ") or not url.isascii() or not url.isprintable()


def _refuse_odd_spelling(url: str, parts: SplitResult, shown: str) -> None:
    # Parsers disagree about these characters. A link that two parsers read differently could bypass a check.
    if _is_odd(url):
        raise ForbiddenUrl(f"{shown!r}: {_ODD}")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise ForbiddenUrl(f"{shown!r}: a URL with user information or an escaped host is not followed")
    if not parts.hostname:
        raise ForbiddenUrl(f"{shown!r}: a URL without a plain host name is not followed")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Many resolvers also accept 127.1, 0x7f000001 and 2130706433 as addresses. No allowed name ends in a number.
        return host.rpartition(".")[2][:1].isdigit()
    return True


def is_public_address(address: str) -> bool:
    """Return whether an IP address belongs to the public Internet.

    Private, loopback, link-local, multicast, reserved and platform addresses do not, nor do those that embed another
    address.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed.sixtofour is not None or parsed.is_site_local:
            return False
    odd = parsed.is_multicast or parsed.is_reserved or any(parsed in network for network in _NOT_PUBLIC)
    return parsed.is_global and not odd
