"""Messages of queue `transcription-results`, which the functions send to each other.

`list` lists a page of a job's files. `page` fetches up to 25 files of that page. `fetch` fetches a single file, after
its `page` message could not. Messages of versions 1 and 2, which had no `page`, are still read.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.domain.message_text import decoded_text, shown, words_of
from shared.domain.seen import LONGEST_SEEN, unpacked
from shared.domain.speech_api import KIND_REPORT, LONGEST_KIND, LONGEST_NAME
from shared.domain.speech_urls import FILE_ID_PATTERN, GUID, LONGEST_PAGE, PAGE_PATTERN, next_page
from shared.errors import InvalidMessage, UnknownValue

JOBS_QUEUE = "transcription-jobs"
"""Default name of the queue that users send to (setting JOBS_QUEUE)."""
RESULTS_QUEUE = "transcription-results"
"""Default name of the queue on which the functions send messages to each other (setting RESULTS_QUEUE)."""
POISON_SUFFIX = "-poison"
"""The Functions host appends this to a queue's name: there it moves messages that failed too often."""

FILES_A_MESSAGE = 25
"""Most files of a FetchPage. More would save few requests, and fewer instances could share the work on one job."""

LARGEST_SENT_BYTES = 48 * 1024
"""Greatest size of a FetchPage. A queue takes messages of 64 KiB, which is 48 KiB before Base64 (Azure's limits)."""

_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Kind = Annotated[str, Meta(max_length=LONGEST_KIND)]
_FormerName = Annotated[str, Meta(max_length=4_096)]
_Page = Annotated[str, Meta(max_length=LONGEST_PAGE, pattern=PAGE_PATTERN)]
_FileId = Annotated[str, Meta(pattern=FILE_ID_PATTERN)]


class ListJobFiles(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="list"):
    """List one page of a job's files.

    `page`: the page's query parameters (see `next_page`); None for the first. Version 1 had the URL `nextLink` instead.
    `expected`, `reports`: distinct transcription files, and reports, on the previous pages. `pages`: the number of
    these pages. `seen`: hashes of these pages and of the ids on them (see `seen.py`).
    """

    job_id: str
    run: _Count
    reprocess_from: _Count = 0
    page: _Page | None = None
    expected: _Count = 0
    reports: _Count = 0
    pages: _Count = 0
    seen: Annotated[str, Meta(max_length=LONGEST_SEEN)] = ""
    version: Literal[1, 2, 3] = 3


class _Former(msgspec.Struct, rename="camel", frozen=True):
    """The property of a ListJobFiles of version 1 that `page` replaced."""

    next_link: Annotated[str, Meta(max_length=LONGEST_PAGE)] | None = None


class FetchFile(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="fetch"):
    """Fetch one file of a job. The URL `self`, which version 1 had, is ignored."""

    job_id: str
    file_id: _FileId
    kind: _Kind
    run: _Count
    reprocess_from: _Count = 0
    name: _FormerName | None = None
    version: Literal[1, 2, 3] = 3

    @property
    def is_report(self) -> bool:
        """Whether the file is the job's report."""
        return self.kind == KIND_REPORT


class PageFile(msgspec.Struct, frozen=True):
    """A file of a FetchPage."""

    id: _FileId
    kind: _Kind
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] | None = None


class FetchPage(msgspec.Struct, rename="camel", frozen=True, tag_field="do", tag="page"):
    """Fetch files that were listed on one page. `page` names that page as in ListJobFiles.

    The message has no links, because they are secrets and expire. Its handler requests the page again for fresh ones.
    """

    job_id: str
    run: _Count
    files: Annotated[list[PageFile], Meta(min_length=1, max_length=FILES_A_MESSAGE)]
    reprocess_from: _Count = 0
    page: _Page | None = None
    version: Literal[3] = 3

    def alone(self) -> list[FetchFile]:
        """Return a FetchFile for each file."""
        return [
            FetchFile(self.job_id, each.id, each.kind, self.run, self.reprocess_from, each.name) for each in self.files
        ]


Work = ListJobFiles | FetchPage | FetchFile


def fetch_pages(listing: ListJobFiles, files: Iterable[PageFile]) -> list[FetchPage]:
    """Return the fewest messages that hold these files of the page that `listing` names."""
    chunks: list[list[PageFile]] = []
    empty = FetchPage(listing.job_id, listing.run, [], listing.reprocess_from, listing.page)
    size = least = len(encode(empty).encode())
    for file in files:
        more = len(msgspec.json.encode(file)) + 1
        if not chunks or len(chunks[-1]) == FILES_A_MESSAGE or size + more > LARGEST_SENT_BYTES:
            chunks.append([])
            size = least
        chunks[-1].append(file)
        size += more
    return [msgspec.structs.replace(empty, files=chunk) for chunk in chunks]


def decode_work(body: bytes) -> Work:
    """Return a message of the functions as version 3, whichever version it has. Raises InvalidMessage for others."""
    text = decoded_text(body)
    try:
        message: Work = msgspec.json.decode(text, type=Work)
        former = msgspec.json.decode(text, type=_Former) if isinstance(message, ListJobFiles) else _Former()
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidMessage(f"{shown(text)} is no message of this app: {words_of(error)}") from error
    # The ids become ids of documents and names of blobs, and anybody who may write to the queue can send them.
    if not GUID.fullmatch(message.job_id) or message.job_id != message.job_id.lower():
        raise InvalidMessage(f"{shown(message.job_id)} is no job's id")
    for file_id in _file_ids(message):
        if file_id != file_id.lower():
            raise InvalidMessage(f"{shown(file_id)} is no file's id: it is not in lower case")
    if isinstance(message, ListJobFiles):
        message = _checked(message, former.next_link)
    return msgspec.structs.replace(message, version=3)


def encode(message: Work) -> str:
    """Return the message as it is sent."""
    return msgspec.json.encode(message).decode()


def _file_ids(message: Work) -> list[str]:
    match message:
        case FetchFile():
            return [message.file_id]
        case FetchPage():
            return [file.id for file in message.files]
        case ListJobFiles():
            return []


def _checked(message: ListJobFiles, former_link: str | None) -> ListJobFiles:
    try:
        unpacked(message.seen)
        if message.page is None and former_link is not None:
            return msgspec.structs.replace(message, page=next_page(former_link))
    except ValueError as error:
        raise InvalidMessage(f"the message's seen: {error}") from error
    except UnknownValue as error:
        raise InvalidMessage(f"the message's nextLink: {error}") from error
    return message
