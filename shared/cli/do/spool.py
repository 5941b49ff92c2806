"""Parts in a temporary file until all of them are known to be right, and the hash of the file that they came from."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Self

from shared.domain.encoded import PartContent

CHUNK_BYTES = 256 * 1024


class Spool:
    """Reads a file once: its parts wait in a temporary file, because ids and revision are made from its hash."""

    def __init__(self) -> None:
        self.digest = ""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - __exit__ closes it
        self._parts: list[tuple[PartContent, int]] = []  # without their data, and with its length

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fill(self, content: IO[bytes], read: Callable[[Iterator[bytes]], Iterator[PartContent]]) -> None:
        """Read `content` from its beginning, and keep the parts that `read` makes of its chunks; then see `digest`.

        Parts of an earlier call are forgotten. Raises what `read` raises.
        """
        self._file.seek(0)
        self._parts.clear()
        content.seek(0)
        with ThreadPoolExecutor(1) as other:  # hashing leaves the interpreter's lock, so it uses a core that is free
            chunks = _Hashed(content, other)
            for part in read(iter(chunks)):
                self._file.write(part.data)
                self._parts.append((part._replace(data=b""), len(part.data)))
        self.digest = chunks.digest.hexdigest()

    def parts(self) -> Iterator[PartContent]:
        """Yield the parts, in order."""
        self._file.seek(0)
        for part, length in self._parts:
            yield part._replace(data=self._file.read(length))


class _Hashed:
    """The chunks of a file, hashed with SHA-256 one after the other by the thread of `other`."""

    def __init__(self, content: IO[bytes], other: ThreadPoolExecutor) -> None:
        self.digest = hashlib.sha256()
        self._content = content
        self._other = other

    def __iter__(self) -> Iterator[bytes]:
        hashing: Future[None] | None = None
        while chunk := self._content.read(CHUNK_BYTES):
            if hashing is not None:
                hashing.result()  # so that few chunks wait for the other thread
            hashing = self._other.submit(self.digest.update, chunk)
            yield chunk
