"""Speech's list of transcriptions in memory: its jobs come, change and go while it is read."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from local.speech.filters import parse_filter
from shared.domain.speech_api import TranscriptionPage
from tests.pipeline.fake_speech import ROOT


def job_id(number: int) -> str:
    return str(UUID(int=number))


class Listing:
    """Speech's list of transcriptions: pages by offset. `meanwhile` is called before each request with its number."""

    def __init__(self, *, page: int = 100) -> None:
        self.jobs: dict[str, tuple[datetime, str]] = {}
        self.page = page
        self.meanwhile: Callable[[int], object] = lambda _: None
        self.odd: list[object] = []  # entries at the end of each page
        self.links: dict[str | None, str] = {}  # next links in place of the right ones, by the page that has them
        self.filters = True
        self.asked: list[tuple[str | None, str | None]] = []

    def put(self, number: int, ended: datetime, status: str = "Succeeded") -> str:
        """Put a job, or change it. Returns its id."""
        self.jobs[job_id(number)] = (ended, status)
        return job_id(number)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List one page, as the port says."""
        self.meanwhile(len(self.asked))
        self.asked.append((odata_filter, page))
        matches = parse_filter(odata_filter or "") if self.filters else lambda _: True
        found = [
            each
            for each, (ended, status) in self.jobs.items()
            if matches({"lastActionDateTime": ended.replace(microsecond=0), "status": status})
        ]
        begin = int((page or "skip=0").removeprefix("skip="))
        values = [self._body(each) for each in found[begin : begin + self.page]]
        more = begin + self.page < len(found)
        link = self.links.get(page, f"{ROOT}?skip={begin + self.page}" if more else None)
        return msgspec.convert({"values": [*values, *self.odd], "@nextLink": link}, TranscriptionPage)

    def _body(self, each: str) -> dict[str, str]:
        ended, status = self.jobs[each]
        return {"self": f"{ROOT}/{each}", "status": status, "lastActionDateTime": f"{ended:%Y-%m-%dT%H:%M:%SZ}"}
