"""Result files and the archive of raw results, in memory."""

# ruff: noqa: D102 - the ports say what the methods do

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from shared.errors import NotFound, Transient
from shared.pipeline.ports import Content
from tests.pipeline.script import Script


@dataclass
class FakeContents:
    """Result files by the path of their URL. The body of a file in `cut` is truncated. `opened` logs each download."""

    script: Script
    blobs: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    chunk: int = 64 * 1024
    opened: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, content_url: str) -> Iterator[Content]:
        path = content_url.partition("?")[0]
        with self.script.effect("open"):
            self.opened.append(path)
            if path not in self.blobs:
                raise NotFound(f"{path} is not there")
        body = self.blobs[path]
        yield Content(sha256(body).hexdigest(), self._chunks(path, body))

    def _chunks(self, path: str, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), self.chunk):
            if path in self.cut and start + self.chunk >= len(body):
                raise Transient("the body stopped early")
            yield body[start : start + self.chunk]


@dataclass
class FakeArchive:
    """The archive of raw results: `blobs` holds what was committed. `keeps` is false if RAW_ARCHIVE is off."""

    script: Script
    blobs: dict[str, bytes] = field(default_factory=dict)
    keeps: bool = True

    def begin(self, name: str) -> "FakeRaw":
        return FakeRaw(self, name if self.keeps else None)

    def remove(self, prefix: str) -> None:
        with self.script.effect("archive.remove"):
            self.blobs = {name: body for name, body in self.blobs.items() if not name.startswith(prefix)}


@dataclass
class FakeRaw:
    """A blob that is being written."""

    archive: FakeArchive
    name: str | None
    content: bytes = b""

    def write(self, chunk: bytes) -> None:
        self.content += chunk

    def commit(self) -> None:
        with self.archive.script.effect("archive.commit"):
            if self.name is not None:
                self.archive.blobs[self.name] = self.content
