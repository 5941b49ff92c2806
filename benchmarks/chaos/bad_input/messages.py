"""Mutates messages of both queues. Everything follows from the seed."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.chaos.bad_input.values import NUMBERS, Pairs, Raw, any_value, nested, text, written

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
FILE = "2dd180a1-434e-4368-a1ac-37350700284f"
HOST = "eastus.api.cognitive.microsoft.com"
SELF = f"https://{HOST}/speechtotext/v3.1/transcriptions/{JOB}"
NEW_SELF = f"https://{HOST}/speechtotext/transcriptions/{JOB}?api-version=2025-10-15"

Body = dict[str, Any]
ENQUEUED: list[str | Body] = [
    *(JOB, JOB.upper(), SELF, NEW_SELF, {"id": JOB}, {"id": SELF, "reprocess": True}, {"id": JOB, "reprocess": False}),
    *(f'"{JOB}"', {"self": NEW_SELF, "status": "NotStarted"}, f'["{JOB}", {{"id": "{SELF}"}}]'),
]
WORK: list[str | Body] = [
    {"do": "list", "jobId": JOB, "run": 1, "version": 1},
    {"do": "list", "jobId": JOB, "run": 2, "nextLink": f"{SELF}/files?skip=100", "expected": 99, "reports": 1},
    {"do": "list", "jobId": JOB, "run": 2, "page": "skip=100", "expected": 99, "reports": 1, "pages": 1, "version": 2},
    {"do": "fetch", "jobId": JOB, "fileId": FILE, "kind": "Transcription", "run": 1, "version": 2},
    {
        "do": "fetch",
        "jobId": JOB,
        "fileId": FILE,
        "kind": "Transcription",
        "self": f"{SELF}/files/{FILE}",
        "run": 1,
        "reprocessFrom": 0,
        "name": "a.wav.json",
        "version": 1,
    },
    {
        "do": "fetch",
        "jobId": JOB,
        "fileId": FILE,
        "kind": "TranscriptionReport",
        "self": f"{SELF}/files/{FILE}?api-version=2025-10-15",
        "run": 3,
        "name": None,
    },
]

IDS = [
    *(
        "",
        ".",
        "..",
        "../..",
        f"{JOB}/../x",
        f"{JOB}\\x",
        f"{JOB}#x",
        f"{JOB}?x",
        f"{JOB}\n",
        f" {JOB}",
        JOB[:-1],
        JOB + "0",
    ),
    *(
        JOB.replace("-", ""),
        "{" + JOB + "}",
        JOB.replace("6", "\u0666"),
        JOB.replace("a", "\u0430"),
        f"{JOB}\x00",
        "%2e%2e%2f",
    ),
    *(
        "transcript",
        "_poll",
        "rejected_x",
        "a/b",
        "a\\b",
        "a#b",
        "a?b",
        "x" * 101,
        "x" * 1_024,
        "x" * 100_000,
        "a b",
        "a'--",
    ),
    *("\r\nERROR job x lost", "\x1b[31mred", "\u202e", "\ud83d", "A-B_c9", "null", "0", f"urn:uuid:{JOB}", JOB.upper()),
]

_PATH = SELF.removeprefix(f"https://{HOST}")
URLS = [
    *(SELF.replace("https", scheme) for scheme in ("http", "HTTPS", "ftp", "file", "gopher", "javascript")),
    *(
        SELF.replace(HOST, host)
        for host in (f"{HOST}.evil.example", f"evil.{HOST}", f"{HOST}@evil.example", "127.0.0.1")
    ),
    *(SELF.replace(HOST, host) for host in ("[::1]", "169.254.169.254", "2130706433", "localhost", "", f"{HOST}:8443")),
    *(
        SELF.replace(HOST, host)
        for host in (f"{HOST}:443", f"{HOST}:99999", f"{HOST}:{'9' * 5_000}", f"{HOST}:x\n", "[", "[::1")
    ),
    *(
        SELF.replace(HOST, host)
        for host in (f"{HOST}\\@evil.example", f"{HOST}%00", f"{HOST}%2eevil", f"{HOST}#", f"{HOST}?")
    ),
    *(
        SELF.replace(HOST, host)
        for host in (HOST.upper(), HOST + ".", HOST.replace("a", "\u0430"), HOST.replace(".", "\u3002"))
    ),
    *(
        SELF + tail
        for tail in (
            "/",
            "/files",
            "/../x",
            "/%2e%2e/x",
            "#x",
            "?x=y",
            "?x=\r\nHost: evil",
            "\t",
            " ",
            "\x00",
            "/files/..",
        )
    ),
    *(
        f"{SELF}/files/{name}"
        for name in ("..", "a/b", "a%2fb", "x" * 101, "a b", "", FILE.upper(), f"{FILE}/", f"{FILE}?x")
    ),
    *(SELF.replace("/v3.1/", part) for part in ("/", "//", "/v3.1/../", "/v9" + "9" * 50_000 + "/", "/x/")),
    *(SELF + "?x=" + "y" * size for size in (2_000, 20_000, 70_000)),
    *(
        _PATH,
        f"//{HOST}{_PATH}",
        f"https:{_PATH}",
        f"https:/{HOST}{_PATH}",
        f"https:\\\\{HOST}{_PATH}",
        "https://",
        "://",
        ":",
    ),
]

Change = Callable[[str | Body, Random], Any]


def _member(body: str | Body, draw: Random) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(body, str):
        return {"id": body}
    key = draw.choice(list(body))
    change = draw.randrange(5)
    if change == 0:
        body.pop(key)
    elif change == 1:
        body[draw.choice([key.upper(), key + " ", text(draw), "_partitionKey", "ttl", "__proto__"])] = body.pop(key)
    elif change == 2:  # noqa: PLR2004 - the third of five
        body[draw.choice([text(draw), "etag", "x" * 10_000, "a\r\nERROR job x lost"])] = any_value(draw)
    elif change == 3:  # noqa: PLR2004 - the fourth of five
        return Pairs([*body.items(), (key, draw.choice([body[key], any_value(draw)]))])
    else:
        return [body] if draw.random() < 0.5 else json.dumps(body)  # noqa: PLR2004 - half of them
    return body


def _value(values: Callable[[Random], Any], *keys: str) -> Change:
    def change(body: str | Body, draw: Random) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(body, str):
            made = values(draw)
            return made if isinstance(made, str | Raw) or draw.random() < 0.5 else {"id": made}  # noqa: PLR2004 - half
        fitting = [key for key in body if not keys or key in keys] or list(body)
        body[draw.choice(fitting)] = values(draw)
        return body

    return change


def _numbers(draw: Random) -> Raw:
    return Raw(draw.choice(NUMBERS))


def _huge(draw: Random) -> str:
    return draw.choice(["x", "a\n", "\U0001f600", "\x00", "\u202e", "%", "https://h/"]) * draw.choice(
        [1_000, 70_000, 500_000]
    )


CHANGES: dict[str, Change] = {
    "types changed": _value(any_value),
    "members dropped, renamed, repeated": _member,
    "ids": _value(lambda draw: draw.choice(IDS), "id", "jobId", "fileId"),
    "URLs": _value(lambda draw: draw.choice(URLS), "id", "self", "nextLink", "page"),
    "numbers": _value(_numbers, "run", "version", "expected", "reports", "pages", "reprocessFrom", "reprocess"),
    "texts": _value(text),
    "nesting": _value(nested),
    "huge": _value(_huge),
}
BYTES = ("encodings", "cut short", "bytes changed")
KINDS = (*CHANGES, *BYTES)
"""Kinds of mutation, as the page names them."""


def mutate(kind: str, draw: Random, bodies: list[str | Body]) -> bytes:
    """Return a message with this kind of fault."""
    body: Any = draw.choice(bodies)
    body = dict(body) if isinstance(body, dict) else body
    if kind in CHANGES:
        body = CHANGES[kind](body, draw)
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else written(body, draw)
    if kind in BYTES:
        return _BYTES[kind](data, draw)
    return base64.b64encode(data) if draw.random() < 0.5 else data  # noqa: PLR2004 - half of them


def _encoded(data: bytes, draw: Random) -> bytes:
    ways: list[Callable[[bytes], bytes]] = [
        *(base64.b64encode, base64.encodebytes, base64.urlsafe_b64encode, base64.b32encode, base64.b85encode),
        *(lambda data: base64.b64encode(base64.b64encode(data)), lambda data: base64.b64encode(data)[:-1]),
        *(lambda data: b"\xef\xbb\xbf" + data, lambda data: b" \r\n" + data + b"\t", lambda data: b"\x00" + data),
        *(lambda data: data.decode("utf-8", "replace").encode("utf-16"), lambda data: data + b"\xff", bytes.upper),
        *(lambda data: json.dumps(data.decode("utf-8", "replace")).encode(), lambda _: b"", lambda _: b" \n"),
    ]
    for _ in range(draw.choice([1, 1, 2])):
        data = draw.choice(ways)(data)
    return data


def _cut(data: bytes, draw: Random) -> bytes:
    data = data[: draw.randrange(len(data))]
    return base64.b64encode(data) if draw.random() < 0.3 else data  # noqa: PLR2004 - some


def _changed(data: bytes, draw: Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(len(damaged) + 1)
        damaged[at : at + draw.choice([0, 1, 2])] = bytes([draw.randrange(256)])
    return bytes(damaged)


_BYTES: dict[str, Callable[[bytes, Random], bytes]] = {
    "encodings": _encoded,
    "cut short": _cut,
    "bytes changed": _changed,
}


def enqueued(kind: str, draw: Random) -> bytes:
    """Return a mutated message of transcription-jobs."""
    return mutate(kind, draw, ENQUEUED)


def work(kind: str, draw: Random) -> bytes:
    """Return a mutated message of transcription-results."""
    return mutate(kind, draw, WORK)
