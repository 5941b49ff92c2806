"""Opens the content of a result file, and the raw blob into which its bytes are copied."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from shared.domain.messages import FetchFile
from shared.domain.revision import revision_of
from shared.domain.speech_api import TranscriptionFile
from shared.domain.split import SplitOptions
from shared.errors import Permanent, Transient
from shared.pipeline.ports import Content, Contents, RawArchive, RawFile, Refused, Speech
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


@dataclass
class Trace:
    """What is known of a file when its ingestion fails.

    `revision`: the parts to remove. `raw`: name of the archived bytes. `size`: number of bytes according to Speech.
    `written`: whether its head, or the job's document for a report, may have been written.
    """

    revision: str | None = None
    raw: str | None = None
    size: float | None = None
    written: bool = False


class Known(NamedTuple):
    """What a page tells of a file. `listed`: the file with its link. `is_new`: it had no head when the page began."""

    listed: TranscriptionFile | None = None
    is_new: bool = False


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Opening:
    """Where contents come from, and where their bytes are archived."""

    speech: Speech
    contents: Contents
    archive: RawArchive
    options: SplitOptions

    @contextmanager
    def open(
        self, message: FetchFile, trace: Trace, listed: TranscriptionFile | None
    ) -> Iterator[tuple[Content, RawFile, str]]:
        """Open the file's content with the listed link or a fresh one. If it is refused, retry once with a new link.

        Yields the content, the raw blob and the revision.
        """
        for last in (False, True):
            usable = listed is not None and listed.content_url is not None and not last
            file = listed if listed and usable else self.speech.file(message.job_id, message.file_id)
            url, trace.size = file.content_url, file.properties.size
            if url is None:
                raise Permanent(f"Speech gave no contentUrl for file {message.file_id}", "NoContentUrl")
            try:
                with self.contents.open(url) as content:
                    revision = trace.revision = revision_of(content.etag, self.options)
                    raw = self.archive.begin(f"{message.job_id}/{message.file_id}/{revision}.json.gz")
                    yield content, raw, revision
                    return
            except Refused as error:
                if last:
                    raise Transient(f"the content was refused twice: {error}") from error
                log.warning(
                    "job %s file %s: %s: asks for a new link",
                    *(message.job_id, message.file_id, error),
                    signal=Signal.RETRY,
                    service="Content",
                    attempt=1,
                )


def believed(refusal: Permanent, received: int, size: float | None) -> Permanent | Transient:
    """Return the refusal, but a Transient error if fewer bytes came than Speech says: then a retry may get the rest."""
    if size is None or received >= size:
        return refusal
    return Transient(f"only {received} of the {size:.0f} bytes came that Speech says there are: {refusal}")
