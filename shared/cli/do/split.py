"""`speech2cosmos split`: prints the documents that a result file becomes. It needs no service."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, Annotated

import typer

from shared.adapters.clock import SystemClock
from shared.bootstrap import split_options
from shared.cli.do.spool import CHUNK_BYTES, Spool
from shared.cli.environment import SPLIT, settings_of
from shared.cli.ids import document_id_of
from shared.cli.terminal.output import print_encoded_line, print_json_line
from shared.domain.documents import FileKey, utc
from shared.domain.encoded import PartContent
from shared.domain.report import ReportReader
from shared.domain.revision import revision_of
from shared.domain.split import SplitOptions, Splitter
from shared.errors import InvalidResult

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
    settings = settings_of(SPLIT, NBEST_WORDS=nbest_words, TURN_GAP_SECONDS=turn_gap_seconds)
    options = split_options(settings)
    given = None if file_id is None else document_id_of(file_id)
    job = document_id_of(job_id)
    shown_name = name or (None if content.name == _STDIN else PurePath(content.name).name)
    with _seekable(content) as seekable, Spool() as spool:
        try:
            splitter = _read(seekable, spool, options, as_report=report)
            key = FileKey(job, given or str(uuid.UUID(spool.digest[:32])))
            revision = revision_of(spool.digest, options)
            head = splitter and splitter.head(
                key, revision, run=1, name=shown_name, raw=None, ingested_at=utc(SystemClock().now())
            )
        except InvalidResult as error:
            raise InvalidResult(f"{content.name}: {error}", error.code) from error
        for part in spool.parts():
            print_encoded_line(part.encoded(key, revision).data)
        if head is not None:
            print_json_line(head)


def _read(content: IO[bytes], spool: Spool, options: SplitOptions, *, as_report: bool) -> Splitter | None:
    """Put the file's parts into `spool`. Return the splitter that makes the head; None if the file is a report.

    Raises InvalidResult for a file that is no report if a report was asked for, otherwise for one that is no result.
    """
    if as_report:
        spool.fill(content, _report)
        return None
    splitter = Splitter(options)
    try:
        spool.fill(content, splitter.parts)
    except InvalidResult as refusal:
        try:
            spool.fill(content, _report)
        except InvalidResult:
            raise refusal from None
        return None
    return splitter


def _report(chunks: Iterator[bytes]) -> Iterator[PartContent]:
    reader = ReportReader()
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    yield from reader.parts()


@contextmanager
def _seekable(content: IO[bytes]) -> Iterator[IO[bytes]]:
    """Return a file that can be read twice, since a file that is no result may be a report. A pipe is copied."""
    if content.seekable():
        yield content
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(content, copy, CHUNK_BYTES)
        yield copy
