"""The report file of a job: how many sources succeeded and how many failed, and details of each."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from shared.domain.documents import ReportDetail, report_name
from shared.domain.encoded import PartContent
from shared.domain.json_stream import Cut, ObjectStream
from shared.domain.other_files import REPORT_KEYS, Clues
from shared.domain.parts import PartFiller
from shared.domain.speech_result import decode
from shared.domain.urls import strip_queries, without_query
from shared.errors import InvalidResult

MAX_DETAILS = 100_000
"""Most details of a report, all of which are in memory together. A job has at most 10,000 sources."""

MAX_REPORT_BYTES = 32 * 1024 * 1024

_SHOWN_CHARACTERS = 1_000
"""Longest text of a failure in the job's document, which may have 2 MB. The report's parts have the whole text."""

_DETAILS = "details"
_NO_COUNTS = f"the object has neither {' nor '.join(REPORT_KEYS)}"

_Count = Annotated[int, Meta(ge=-(2**53), le=2**53)]  # most readers do not read greater JSON numbers exactly


class _Detail(msgspec.Struct, rename="camel", frozen=True):
    source: str | None = None
    source_url: str | None = None  # the name of `source` in older versions
    status: str | None = None
    error_kind: str | None = None
    error_message: str | None = None


class _Counts(msgspec.Struct, rename="camel", frozen=True):
    successful_transcriptions_count: _Count | None = None
    failed_transcriptions_count: _Count | None = None


class ReportReader:
    """Reads a report file in chunks. Call `feed` for each chunk, then `close`; then read `parts()` and the numbers.

    The whole report is held in memory. Raises InvalidResult for a file that is no report, or that exceeds MAX_DETAILS
    or MAX_REPORT_BYTES. The error has the byte and, if it is known, what the file is instead.
    """

    def __init__(self) -> None:
        self._clues = Clues()
        self._stream = ObjectStream(members=frozenset(REPORT_KEYS), arrays=frozenset({_DETAILS}), clues=self._clues)
        self._received = 0
        self._decoder = msgspec.json.Decoder(_Detail)
        self._counter = msgspec.json.Decoder(_Counts)
        self._counts: dict[str, msgspec.Raw] = {}
        self.details: list[ReportDetail] = []
        self.successful: int | None = None
        self.failed: int | None = None
        self._least_parts = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._received += len(chunk)
        if self._received > MAX_REPORT_BYTES:
            self._refuse_by_name()
            words = f"byte {MAX_REPORT_BYTES}: a report of more than {MAX_REPORT_BYTES} bytes"
            raise InvalidResult(words, "ReportTooLarge")
        self._take(self._stream.feed(chunk))

    def close(self) -> None:
        """Check that the file was a whole report. Call this after the last chunk."""
        self._take(self._stream.close())
        self._refuse_by_name()
        if not self._counts and not self._stream.saw(_DETAILS):
            raise InvalidResult(f"{_NO_COUNTS} nor {_DETAILS}: this is no report of a batch job")
        counts = decode(self._counter, msgspec.json.encode(self._counts), "the counts")
        self.successful, self.failed = counts.successful_transcriptions_count, counts.failed_transcriptions_count

    def failures(self) -> list[ReportDetail]:
        """Return the details whose status is not Succeeded, with long texts cut off for the job's document."""
        return [_shown(detail) for detail in self.details if detail.status != "Succeeded"]

    def parts(self) -> list[PartContent]:
        """Return what the parts of the whole report hold. Without details that is one part."""
        groups = self._groups()
        groups += [[] for _ in range(self._least_parts - len(groups))]
        counts = {"successfulTranscriptionsCount": self.successful, "failedTranscriptionsCount": self.failed}
        return [
            PartContent.of("report", report_name(number), number, counts, details=group)
            for number, group in enumerate(groups)
        ]

    def forget_results(self) -> None:
        """Leave only the sources that failed, which have no recording. The parts stay as many, and keep their ids.

        For a job with erased recordings: their tombstones have ids and no source, so no row can be matched to one.
        """
        self._least_parts = max(self._least_parts, len(self._groups()))
        self.details = [detail for detail in self.details if detail.status == "Failed"]

    def _groups(self) -> list[list[bytes]]:
        filler = PartFiller(_DETAILS)
        groups = [group for number, detail in enumerate(self.details) if (group := filler.add(detail, number))]
        return [*groups, filler.finish()]

    def _refuse_by_name(self) -> None:
        # `details` alone does not show a report, because error messages have them too.
        if not self._counts and (name := self._clues.name()) is not None:
            raise InvalidResult(f"{_NO_COUNTS}: this is no report of a batch job, but {name}")

    def _take(self, cuts: Iterator[Cut]) -> None:
        for cut in cuts:
            if cut.element is None:
                self._counts[cut.key] = msgspec.Raw(cut.value)
                alone = msgspec.json.encode({cut.key: self._counts[cut.key]})
                decode(self._counter, alone, f"{cut.key} (byte {cut.place})")  # now, because here the offset is known
            else:
                where = f"{_DETAILS}[{cut.element}] (byte {cut.place})"
                if cut.element >= MAX_DETAILS:
                    raise InvalidResult(f"{where}: a report of more than {MAX_DETAILS} details", "ReportTooLarge")
                self.details.append(_detail(decode(self._decoder, cut.value, where)))


def _detail(detail: _Detail) -> ReportDetail:
    source = detail.source or detail.source_url
    return ReportDetail(
        source=without_query(source) if source else None,
        status=detail.status,
        error_kind=UNSET if detail.error_kind is None else detail.error_kind,
        error_message=UNSET if detail.error_message is None else strip_queries(detail.error_message),
    )


def _shown(detail: ReportDetail) -> ReportDetail:
    texts = {name: value for name, value in msgspec.structs.asdict(detail).items() if isinstance(value, str)}
    great = {name: f"{text[:_SHOWN_CHARACTERS]}…" for name, text in texts.items() if len(text) > _SHOWN_CHARACTERS}
    return msgspec.structs.replace(detail, **great) if great else detail
