"""`speech2cosmos split`: prints the documents that a result file becomes. It needs no service."""

import hashlib
import shutil
import tempfile
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Annotated

import typer

from shared.adapters.clock import SystemClock
from shared.bootstrap import split_options
from shared.cli.environment import SPLIT, settings_of
from shared.cli.ids import document_id_of
from shared.cli.output import print_json_line
from shared.domain.documents import FileDocument, utc
from shared.domain.report import ReportReader
from shared.domain.revision import revision_of
from shared.domain.speech_result import ResultReader
from shared.domain.split import FileKey, SplitOptions, Splitter
from shared.errors import InvalidResult

CHUNK_BYTES = 1024 * 1024

NO_JOB = str(uuid.UUID(int=0))
"""The job id of a file that belongs to no job."""

_STDIN = "<stdin>"

Content = Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="A result or a report; - reads stdin.")]
OfJob = Annotated[str, typer.Option("--job-id", help="jobId of the documents.")]
OfFile = Annotated[str | None, typer.Option("--file-id", help="fileId; by default made from the content.")]
Name = Annotated[str | None, typer.Option(help="name of the transcript; by default the file's.")]
AsReport = Annotated[bool, typer.Option("--report", help="Read the file as a report; by default its content decides.")]
NBestWords = Annotated[str | None, typer.Option(help="first or all; by default NBEST_WORDS, or first.")]
TurnGap = Annotated[str | None, typer.Option(help="By default TURN_GAP_SECONDS, or 3.")]


def split(  # noqa: PLR0913 - the command's own options
    ctx: typer.Context,
    content: Content,
    *,
    job_id: OfJob = NO_JOB,
    file_id: OfFile = None,
    name: Name = None,
    report: AsReport = False,
    nbest_words: NBestWords = None,
    turn_gap_seconds: TurnGap = None,
) -> None:
    """Print the documents of a result file, one line of JSON each. For an invalid file, print only the error."""
    settings = settings_of(ctx, SPLIT, NBEST_WORDS=nbest_words, TURN_GAP_SECONDS=turn_gap_seconds)
    options = split_options(settings)
    with _seekable(content) as seekable:
        digest = _digest(seekable)
        file = _File(
            content=seekable,
            size=seekable.tell(),  # the digest has read the file to its end
            key=FileKey(document_id_of(job_id), document_id_of(file_id or str(uuid.UUID(digest[:32])))),
            revision=revision_of(digest, options),
            name=name or (None if content.name == _STDIN else PurePath(content.name).name),
            options=options,
        )
        try:
            documents = _readable(file, as_report=report)
        except InvalidResult as error:
            raise InvalidResult(f"{content.name}: {error}", error.code) from error
        for document in documents():
            print_json_line(document)


@dataclass(frozen=True)
class _File:
    content: IO[bytes]
    size: int
    key: FileKey
    revision: str
    name: str | None
    options: SplitOptions

    def transcript(self) -> Iterator[FileDocument]:
        """Yield the parts of a result, then its head."""
        reader, splitter = ResultReader(), Splitter(self.key, self.revision, self.options)
        for chunk in _chunks(self.content):
            for item in reader.feed(chunk):
                yield from splitter.add(item)
        for item in reader.close():
            yield from splitter.add(item)
        yield from splitter.finish()
        yield splitter.head(
            reader.header,
            run=1,
            name=self.name,
            raw=None,
            size_in_bytes=self.size,
            ingested_at=utc(SystemClock().now()),
        )

    def report(self) -> Iterator[FileDocument]:
        """Yield the parts of a report."""
        reader = ReportReader()
        for chunk in _chunks(self.content):
            reader.feed(chunk)
        reader.close()
        yield from reader.parts(self.key, self.revision)


def _readable(file: _File, *, as_report: bool) -> Callable[[], Iterator[FileDocument]]:
    """Return a function that yields the file's documents. The file is read once before, so that its errors come first.

    Raises InvalidResult for a file that is no report if a report was asked for, otherwise for one that is no result.
    """
    if as_report:
        _exhaust(file.report())
        return file.report
    try:
        _exhaust(file.transcript())
    except InvalidResult as refusal:
        try:
            _exhaust(file.report())
        except InvalidResult:
            raise refusal from None
        return file.report
    return file.transcript


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while chunk := content.read(CHUNK_BYTES):
        yield chunk


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _exhaust(documents: Iterator[FileDocument]) -> None:
    deque(documents, maxlen=0)


@contextmanager
def _seekable(content: IO[bytes]) -> Iterator[IO[bytes]]:
    """Return a file that can be read twice. Input from a pipe is copied to a temporary file."""
    if content.seekable():
        yield content
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(content, copy, CHUNK_BYTES)
        yield copy
