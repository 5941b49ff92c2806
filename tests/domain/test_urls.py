"""Which links are followed, and which parts of a link are stored."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.urls import Allowed, HostRule, is_public_address, origin_of, strip_queries, without_query
from shared.errors import ForbiddenUrl
from tests.domain.reference import Json

RULE = HostRule(
    "CONTENT_HOSTS",
    (".blob.core.windows.net", "eastus.api.cognitive.microsoft.com", "http://127.0.0.1:10000", "http://[::1]:7071"),
)
SPEECH = "eastus.api.cognitive.microsoft.com"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (
            "https://a.blob.core.windows.net/c/b.json?sv=1&sig=x%2By",
            Allowed("a.blob.core.windows.net", 443, trusted=False, named=False),
        ),
        (
            "https://a.z12.blob.core.windows.net/",
            Allowed("a.z12.blob.core.windows.net", 443, trusted=False, named=False),
        ),
        ("https://A.Blob.Core.Windows.Net/x", Allowed("a.blob.core.windows.net", 443, trusted=False, named=False)),
        (
            "HTTPS://a-b.blob.core.windows.net:443/x",
            Allowed("a-b.blob.core.windows.net", 443, trusted=False, named=False),
        ),
        ("https://a.blob.core.windows.net:/x", Allowed("a.blob.core.windows.net", 443, trusted=False, named=False)),
        ("https://a.blob.core.windows.net", Allowed("a.blob.core.windows.net", 443, trusted=False, named=False)),
        (
            "https://a.blob.core.windows.net?x=http://evil.example/#@evil",
            Allowed("a.blob.core.windows.net", 443, trusted=False, named=False),
        ),
        (
            "https://a.blob.core.windows.net/@evil.example/%5C",
            Allowed("a.blob.core.windows.net", 443, trusted=False, named=False),
        ),
        (f"https://{SPEECH}/speechtotext/v3.1/transcriptions/1", Allowed(SPEECH, 443, trusted=False, named=True)),
        (
            "http://127.0.0.1:10000/devstoreaccount1/c/b.json?sig=x",
            Allowed("127.0.0.1", 10_000, trusted=True, named=True),
        ),
        ("HTTP://127.0.0.1:10000", Allowed("127.0.0.1", 10_000, trusted=True, named=True)),
        ("http://[::1]:7071/api", Allowed("::1", 7071, trusted=True, named=True)),
    ],
)
def test_links_to_listed_hosts_are_allowed(url: str, allowed: Allowed) -> None:
    assert RULE.check(url) == allowed


HOSTILE = {
    "another host": ["https://evil.example/a.blob.core.windows.net", "https://blob.core.windows.net/", "https://x/"],
    "a host that only looks alike": [
        *("https://evilblob.core.windows.net/", "https://a.blob.core.windows.net.evil.example/"),
        *("https://a.blob.core.windows.net-evil.example/", "https://a.blob.core.windows.nett/"),
        *("https://sub.eastus.api.cognitive.microsoft.com/", "https://westus.api.cognitive.microsoft.com/"),
        *("https://evil.example?.blob.core.windows.net", "https://evil.example#.blob.core.windows.net"),
        *("https://evil.example/.blob.core.windows.net", "https://evil.example:443/.blob.core.windows.net"),
    ],
    "odd names": [
        *("https://.blob.core.windows.net/", "https://a..blob.core.windows.net/", "https://a.blob.core.windows.net./"),
        *("https://evil.example;.blob.core.windows.net/", "https://evil.example,a.blob.core.windows.net/"),
        *("https://evil.example&.blob.core.windows.net/", "https://evil.example<.blob.core.windows.net/"),
        *("https://evil.example'.blob.core.windows.net/", "https://evil.example$.blob.core.windows.net/"),
        *(
            "https://[v1.a.blob.core.windows.net]/",
            "https://[a.blob.core.windows.net]/",
            "https://*.blob.core.windows.net",
        ),
    ],
    "user information": [
        *("https://a.blob.core.windows.net@evil.example/", "https://user:pass@a.blob.core.windows.net/"),
        *("https://@a.blob.core.windows.net/", "https://evil.example@a.blob.core.windows.net/"),
        *("http://127.0.0.1:10000@evil.example/", "http://x@127.0.0.1:10000/"),
    ],
    "characters on which parsers disagree": [
        *("https://evil.example\\.blob.core.windows.net/", "https:\\\\a.blob.core.windows.net/"),
        *("https://a.blob.core.windows.net\\@evil.example/", "http://127.0.0.1:10000\\@evil.example/"),
        *(
            "https://a.blob.core.windows.net /",
            " https://a.blob.core.windows.net/",
            "https://a.blob.core.windows.net/\n",
        ),
        *(
            "https://a.blob.core.windows.net/\r\nHost: evil",
            "https://a.blob.core.win\tdows.net/",
            "\x00https://a.blob.core.windows.net/",
        ),
        *(
            "https://a.blob.core.windows.net/é",
            "https://\u0430.blob.core.windows.net/",
            "https://a。blob.core.windows.net/",
        ),
        *("https://evil.example%2f.blob.core.windows.net/", "https://%61.blob.core.windows.net/"),
        *("https://a.blob.core.windows.net%00.evil.example/", "https://a.blob.core.windows.net/\x7f"),
    ],
    "another scheme or port": [
        *("http://a.blob.core.windows.net/", "ftp://a.blob.core.windows.net/", "file:///etc/passwd", "gopher://x/"),
        *("//a.blob.core.windows.net/", "a.blob.core.windows.net/x", "/etc/passwd", "", "https:", "https://", "?"),
        *("https:///a.blob.core.windows.net/", "https:a.blob.core.windows.net/", "https:/a.blob.core.windows.net/"),
        *(
            "https://a.blob.core.windows.net:8443/",
            "https://a.blob.core.windows.net:80/",
            "https://a.blob.core.windows.net:0/",
        ),
        *(
            "https://a.blob.core.windows.net:99999/",
            "https://a.blob.core.windows.net:-1/",
            "https://a.blob.core.windows.net:4 43/",
        ),
        *("https://evil.example:443.blob.core.windows.net/", "javascript:alert(1)", "data:,x", f"http://{SPEECH}/"),
        *("http://a.blob.core.windows.net:443/", "ftp://a.blob.core.windows.net:443/"),
        *("https://127.0.0.1:10000/", "http://127.0.0.1:10001/", "http://127.0.0.1/", "http://localhost:10000/"),
        *("http://127.0.0.2:10000/", "http://0x7f.0.0.1:10000/", "http://[::1]:10000/", "http://[::1]/"),
    ],
    "addresses": [
        *(
            "https://127.0.0.1/",
            "https://169.254.169.254/metadata",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://127.1/",
        ),
        *(
            "https://[::ffff:127.0.0.1]/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://[/",
        ),
        *(
            "https://a.blob.core.windows.net.127.0.0.1/",
            "https://[::1].blob.core.windows.net/",
            "https://]/",
            "https://0/",
        ),
    ],
}


def test_more_than_sixty_hostile_links_are_tried() -> None:
    assert sum(map(len, HOSTILE.values())) > 60


@pytest.mark.parametrize("url", [url for urls in HOSTILE.values() for url in urls], ids=repr)
def test_hostile_links_are_refused_and_the_setting_or_the_fault_is_named(url: str) -> None:
    with pytest.raises(ForbiddenUrl) as caught:
        RULE.check(f"{url}?sig=SECRET" if "?" not in url else url)
    assert "SECRET" not in str(caught.value)
    assert "pass@" not in str(caught.value)
    assert "CONTENT_HOSTS" in str(caught.value) or " is not " in str(caught.value)


def test_an_address_is_refused_even_when_it_is_listed_without_its_origin() -> None:
    rule = HostRule("CONTENT_HOSTS", ("127.0.0.1", ".0.0.1", "[::1]", "::1", "."))
    for url in ("https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://example./", "https://./"):
        with pytest.raises(ForbiddenUrl):
            rule.check(url)


def test_a_rule_without_entries_allows_nothing() -> None:
    with pytest.raises(ForbiddenUrl, match=r"the host 'h\.example' is not listed in SPEECH_ENDPOINT"):
        HostRule("SPEECH_ENDPOINT", ()).check("https://h.example/a?sig=x")


@given(host=st.text(st.sampled_from("abe.:@/\\?#%[]127-_ \té"), max_size=30), tail=st.sampled_from(["", "/", "/x?y"]))
@example(host="a.blob.core.windows.net", tail="/")
def test_every_allowed_link_leads_to_a_listed_host(host: str, tail: str) -> None:
    try:
        allowed = RULE.check(f"https://{host}.blob.core.windows.net{tail}")
    except ForbiddenUrl:
        return
    assert allowed.host.endswith(".blob.core.windows.net")
    assert set(allowed.host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
    assert (allowed.port, allowed.trusted) == (443, False)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://h.example/a.wav?sv=1&sig=x", "https://h.example/a.wav"),
        ("https://h.example/a.wav#sig=x", "https://h.example/a.wav"),
        ("https://u:sig=x@h.example:8443/a?b", "https://h.example:8443/a"),
        ("https://h.example?sig=x", "https://h.example"),
        ("https://[bad/a?sig=x", "https://[bad/a"),
        ("https://u:sig=x@[bad/a#sig=x", "https://[bad/a"),
        ("relative/a.wav?sig=x#y", "relative/a.wav"),
        ("wasbs://c@h.example/a?sig=x", "wasbs://h.example/a"),
        ("...", "..."),
        ("", ""),
    ],
)
def test_a_link_is_stored_without_query_fragment_and_user_information(url: str, kept: str) -> None:
    assert without_query(url) == kept


URLS = st.builds(
    "{}://{}{}{}?{}sig=x{}".format,
    st.sampled_from(["https", "http", "HTTPS", "Http"]),
    st.sampled_from(["", "user:secret@", "sig=x@"]),
    st.sampled_from(["h.example", "h.example:8443", "[::1]", "[bad", "é.example", "h:x"]),
    st.sampled_from(["", "/", "/a/b.wav", "/ü", "/a@b"]),
    st.sampled_from(["", "sv=1&", "?", "#", "/"]),
    st.sampled_from(["", "&sp=r", "#part", "%2B=="]),
)


@given(
    url=URLS,
    before=st.sampled_from(["", " ", "See ", "(", '"', "\n"]),
    after=st.sampled_from(["", " again", "\n.", '"']),
)
def test_signatures_are_removed_from_values_at_any_depth(url: str, before: str, after: str) -> None:
    text = f"{before}{url}{after}"
    value: Json = {"a": [text, {"b": text, "n": 1}], "error": {"message": f"{text} and {text}"}, "t": True, "x": None}
    stripped = strip_queries(value)
    assert "sig=" not in repr(stripped)
    assert "secret" not in repr(stripped)
    assert (stripped["a"][1]["n"], stripped["t"], stripped["x"]) == (1, True, None)
    assert before.strip() in stripped["a"][0]


def test_text_without_links_is_not_changed() -> None:
    value: Json = {"a": ["what? #1 a@b", 5, 1.5, False, None, {"http": "//x?y"}], "b": "http is not a link: ?sig"}
    assert strip_queries(value) == value


def test_origins_are_normalised() -> None:
    origins = {
        "HTTPS://H.Example:443/a?b": "https://h.example",
        "http://h.example:80": "http://h.example",
        "http://h.example:443": "http://h.example:443",
        "http://[::1]:7071/x": "http://[::1]:7071",
    }
    assert {url: origin_of(urlsplit(url)) for url in origins} == origins


@pytest.mark.parametrize("address", ["20.60.1.1", "8.8.8.8", "2603:1030::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0"),  # noqa: S104
        *("169.254.169.254", "168.63.129.16", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::127.0.0.1", "240.0.0.1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16", "2002:7f00:1::", "64:ff9b::7f00:1"),
    ],
)
def test_private_and_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public_address(address)
