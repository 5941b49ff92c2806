"""`speech2cosmos split`: the documents that a result file becomes, with no service at all."""

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, BinaryIO, Literal

import msgspec
import typer

from shared.adapters.clock import SystemClock
from shared.bootstrap import split_options
from shared.cli.environment import SPLIT, settings_of
from shared.cli.ids import document_id_of
from shared.cli.output import print_json_line
from shared.domain.documents import FileDocument, utc
from shared.domain.report import ReportReader
from shared.domain.speech_result import ResultReader
from shared.domain.split import FileKey, SplitOptions, Splitter
from shared.errors import InvalidResult

CHUNK_BYTES = 1024 * 1024

NO_JOB = str(uuid.UUID(int=0))
"""The job of a file that belongs to none."""

Content = Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="A result or report; - reads stdin.")]
OfJob = Annotated[str, typer.Option("--job-id", help="`jobId` of the documents.")]
OfFile = Annotated[str | None, typer.Option("--file-id", help="`fileId`; made from the content by default.")]
Name = Annotated[str | None, typer.Option(help="`name` of the transcript; the file's own by default.")]
AsReport = Annotated[bool, typer.Option("--report", help="The file is a report; found out by default.")]
NBestWords = Annotated[str | None, typer.Option(help="first or all; by default what NBEST_WORDS says, or first.")]
TurnGap = Annotated[str | None, typer.Option(help="Seconds; by default what TURN_GAP_SECONDS says, or 3.")]
