"""Links that the app must never follow, built from allowed ones, and a recorder of every connection."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OWN_NETWORK = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001"),
    *("0", "0.0.0.0", "00", "0x0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "168.63.129.16"),  # noqa: S104
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.254.169.254."),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]"),
    *(
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[fd00:ec2::254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
    ),
    *(
        "[v1.fe]",
        "\uff11\uff12\uff17.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127.0.0.1\u3002",
        "localhost",
        "localhost.",
        "LOCALHOST",
    ),
    *("localhost.localdomain", "metadata.google.internal", "metadata", "127.0.0.1.nip.io", "ip6-localhost"),
]
"""Spellings of hosts that some resolvers read as private addresses."""


def hostile(host: str, origin: str, path: str) -> dict[str, list[str]]:
    """Return hostile links by kind.

    `host` is a name that is allowed by https on port 443. `origin` is an allowed http origin of this machine, with a
    port. `path` would be a valid path; it begins with a slash.
    """
    parent = host.partition(".")[2]
    address, port = origin.removeprefix("http://").rsplit(":", 1)
    return {
        "another host": [
            *(f"https://evil.example{path}", f"https://evil.example/{host}{path}", f"https://{parent}{path}"),
            *(f"https://x{path}", f"https://evil.example?{host}{path}", f"https://evil.example#{host}{path}"),
            *(f"https://xn--{host}.example{path}", f"https://evil.example:443/.{parent}{path}"),
        ],
        "a look-alike": [
            *(f"https://{host}.evil.example{path}", f"https://{host}-evil.example{path}", f"https://{host}t{path}"),
            *(f"https://evil{parent}{path}", f"https://evil-{parent}{path}", f"https://.{parent}{path}"),
            *(f"https://a..{parent}{path}", f"https://{host}.{path}", f"https://{host}..{path}"),
            *(
                f"https://*.{parent}{path}",
                f"https://evil.example;.{parent}{path}",
                f"https://evil.example,{host}{path}",
            ),
            *(
                f"https://evil.example&.{parent}{path}",
                f"https://evil.example'.{parent}{path}",
                f"https://[{host}]{path}",
            ),
            *(f"https://{host.replace('o', '0')}{path}", f"https://{host.replace('e', 'е')}{path}"),  # noqa: RUF001 - a Cyrillic e
            *(f"https://{host.replace('.', '。')}{path}", f"https://{host.replace('e', 'ｅ')}{path}"),  # noqa: RUF001 - full width
        ],
        "user information": [
            *(f"https://{host}@evil.example{path}", f"https://user:pass@{host}{path}", f"https://@{host}{path}"),
            *(f"https://{host}:443@evil.example{path}", f"https://evil.example@{host}{path}"),
            *(
                f"{origin}@evil.example{path}",
                f"http://x@{address}:{port}{path}",
                f"https://{host}%40evil.example{path}",
            ),
        ],
        "characters on which parsers disagree": [
            *(f"https://{host}\\@evil.example{path}", f"https://evil.example\\{host}{path}", f"https:\\\\{host}{path}"),
            *(
                f"{origin}\\@evil.example{path}",
                f"https://{host}\t{path}",
                f"https://{host}\n{path}",
                f"ht\ntps://{host}{path}",
            ),
            *(
                f"https://{host}\r\nHost: evil.example{path}",
                f"https://{host}\x00.evil.example{path}",
                f"https://{host} {path}",
            ),
            *(
                f"https://{host}%00.evil.example{path}",
                f"https://{host}%2eevil.example{path}",
                f"https://%61{host}{path}",
            ),
            *(
                f"https://{host}\u2028{path}",
                f"https://{host}\u00ad{path}",
                f"\x00https://{host}{path}",
                f"https://{host}{path}\x7f",
            ),
            *(f"https://{host}{path}\u202e", f"https://{host}{path}é"),
        ],
        "another scheme or port": [
            *(f"http://{host}{path}", f"HTTP://{host}{path}", f"ftp://{host}{path}", f"gopher://{host}{path}"),
            *(f"FILE://{host}{path}", "file:///etc/passwd", "file:/etc/passwd", f"dict://{host}{path}", "data:,x"),
            *(f"//{host}{path}", f"{host}{path}", path, "", "https:", "https://", f"https:///{host}{path}"),
            *(
                f"https:{host}{path}",
                f"https:/{host}{path}",
                f"https://:443{path}",
                f"https://[{path}",
                f"https://]{path}",
            ),
            *(
                f"https://{host}:80{path}",
                f"https://{host}:8443{path}",
                f"https://{host}:0{path}",
                f"https://{host}:-1{path}",
            ),
            *(f"https://{host}:99999{path}", f"https://{host}:44３{path}", f"https://{host}:4 43{path}"),  # noqa: RUF001 - full width
            *(f"http://{host}:443{path}", f"https://{address}:{port}{path}", f"http://{address}:1{path}"),
            *(f"http://{address}{path}", f"http://localhost:{port}{path}", f"http://127.0.0.2:{port}{path}"),
            *(
                f"http://0x7f.0.0.1:{port}{path}",
                f"http://127.1:{port}{path}",
                f"http://[::ffff:127.0.0.1]:{port}{path}",
            ),
        ],
        "an address inside": [f"https://{each}{path}" for each in OWN_NETWORK]
        + [f"http://{each}{path}" for each in OWN_NETWORK]
        + [f"https://{host}.127.0.0.1{path}", f"https://[::1].{parent}{path}"],
    }


def forms(host: str, origin: str, path: str) -> list[str]:
    """Return the links of `hostile` as one list without duplicates."""
    return list(dict.fromkeys(url for urls in hostile(host, origin, path).values() for url in urls))


@dataclass
class Witness:
    """The names that the process resolved, and the addresses that it connected to."""

    names: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def notice(self, event: str, arguments: tuple[object, ...]) -> None:
        """Record one of the interpreter's audit events."""
        if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            self.names.append(str(arguments[0]))
        elif event in {"socket.connect", "socket.sendto"}:
            address = arguments[1]
            host, port = (address[0], address[1]) if isinstance(address, tuple) else (str(address), 0)
            self.connected.append((str(host), int(port)))


_witnesses: list[Witness] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        for witness in _witnesses:
            witness.notice(event, arguments)


sys.addaudithook(_hook)  # once, because an audit hook cannot be removed


@contextmanager
def witnessing() -> Iterator[Witness]:
    """Record every connection and name look-up of the process until the block ends."""
    witness = Witness()
    _witnesses.append(witness)
    try:
        yield witness
    finally:
        _witnesses.remove(witness)
