"""The report file of a job: how many sources succeeded and failed, and what Speech says of each."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from shared.domain.documents import ReportDetail, ReportPart, report_id
from shared.domain.json_stream import Cut, ObjectStream
from shared.domain.parts import PartFiller
from shared.domain.speech_result import decode
from shared.domain.split import FileKey
from shared.domain.urls import strip_queries, without_query
from shared.errors import InvalidResult

_DETAILS = "details"
_COUNTS = ("successfulTranscriptionsCount", "failedTranscriptionsCount")


class _Detail(msgspec.Struct, rename="camel", frozen=True):
    source: str | None = None
    source_url: str | None = None  # the name of `source` in older versions
    status: str | None = None
    error_kind: str | None = None
    error_message: str | None = None


class _Counts(msgspec.Struct, rename="camel", frozen=True):
    successful_transcriptions_count: int | None = None
    failed_transcriptions_count: int | None = None


class ReportReader:
    """Feed the chunks of a report file; after `close()`, read `parts()` and the numbers.

    A report has a line a source (at most 10,000 in a job), so its details are held in memory.
    Raises InvalidResult, saying where, for what is no report.
    """

    def __init__(self) -> None:
        self._stream = ObjectStream(members=frozenset(_COUNTS), arrays=frozenset({_DETAILS}))
        self._decoder = msgspec.json.Decoder(_Detail)
        self._counts: dict[str, msgspec.Raw] = {}
        self.details: list[ReportDetail] = []
        self.successful: int | None = None
        self.failed: int | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._take(self._stream.feed(chunk))

    def close(self) -> None:
        """Say that the file ended; check that it was a whole report."""
        self._take(self._stream.close())
        if not self._stream.saw(_DETAILS) and not self._counts:
            raise InvalidResult(f"the object has neither {' nor '.join(_COUNTS)} nor {_DETAILS}: this is no report")
        counts = decode(msgspec.json.Decoder(_Counts), msgspec.json.encode(self._counts), "the counts")
        self.successful, self.failed = counts.successful_transcriptions_count, counts.failed_transcriptions_count

    @property
    def received(self) -> int:
        """Bytes fed so far."""
        return self._stream.received

    def failures(self) -> list[ReportDetail]:
        """Return the details whose status is not Succeeded."""
        return [detail for detail in self.details if detail.status != "Succeeded"]

    def parts(self, key: FileKey, revision: str) -> list[ReportPart]:
        """Return the documents that hold the whole report; at least one, even without details."""
        filler: PartFiller[ReportDetail] = PartFiller(_DETAILS)
        groups = [group for number, detail in enumerate(self.details) for group in filler.add(detail, number)]
        groups.extend(filler.finish())
        return [
            ReportPart(
                id=report_id(revision, part),
                job_id=key.job_id,
                file_id=key.file_id,
                revision=revision,
                part=part,
                successful_transcriptions_count=self.successful,
                failed_transcriptions_count=self.failed,
                details=group,
            )
            for part, group in enumerate(groups or [[]])
        ]

    def _take(self, cuts: Iterator[Cut]) -> None:
        for cut in cuts:
            if cut.element is None:
                self._counts[cut.key] = msgspec.Raw(cut.value)
            else:
                where = f"{_DETAILS}[{cut.element}] (byte {cut.place})"
                self.details.append(_detail(decode(self._decoder, cut.value, where)))


def _detail(detail: _Detail) -> ReportDetail:
    source = detail.source if detail.source is not None else detail.source_url
    return ReportDetail(
        source=None if source is None else without_query(source),
        status=detail.status,
        error_kind=UNSET if detail.error_kind is None else detail.error_kind,
        error_message=UNSET if detail.error_message is None else strip_queries(detail.error_message),
    )
