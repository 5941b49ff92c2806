"""Generated recordings such as those of call centres and media archives."""

from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.cost.measured import SAMPLE as SAMPLE_NAME
from local.samples.generate import GeneratedResult, report
from shared.domain.split import SplitOptions

TENTHS_OF_AN_HOUR = 10


@dataclass(frozen=True)
class Workload:
    """A job with this many recordings of `tenths` tenths of an hour. `shape` has other arguments of GeneratedResult.

    `alone`: each file is fetched by a message of its own, and not with the others of its page.
    """

    name: str
    title: str
    recordings: int
    tenths: int
    shape: dict[str, Any] = field(default_factory=dict)
    options: SplitOptions = field(default_factory=SplitOptions)
    alone: bool = False

    @property
    def hours(self) -> float:
        """Hours of audio in the job."""
        return self.recordings * self.tenths / TENTHS_OF_AN_HOUR

    def contents(self) -> dict[str, list[bytes]]:
        """Return the job's files in chunks, the report first."""
        results = [self._result(number) for number in range(self.recordings)]
        details = [{"source": result.source, "status": "Succeeded"} for result in results]
        files = {f"contenturl_{number}.json": list(result) for number, result in enumerate(results)}
        return {"report.json": [report(details)], **files}

    def _result(self, number: int) -> GeneratedResult:
        return GeneratedResult(
            hours=self.tenths / TENTHS_OF_AN_HOUR,
            display_words=True,
            style="2024-11-15",
            seed=number,
            source=f"https://contosorecordings.blob.core.windows.net/calls/2026/11/02/recording-{number:06}.wav",
            **self.shape,
        )


CALLS = Workload("calls", "call centre: stereo calls of 6 minutes, 100 a job", 100, 1, {"channels": 2})
MEDIA = Workload("media", "media archive: an hour of mono with 3 speakers, 10 a job", 10, 10, {"speakers": 3})

SAMPLE = replace(CALLS, name=SAMPLE_NAME, title="three calls", recordings=3)
"""Small enough for the tests to measure it again, so that they notice when the pipeline takes other steps."""

ALL_WORDS = SplitOptions(all_words=True)

ALONE = "{}, a message a file"
"""Name of the workload that is another one with a message for each file."""

WORKLOADS = (
    CALLS,
    MEDIA,
    replace(CALLS, name="calls, all words", options=ALL_WORDS),
    replace(MEDIA, name="media, all words", options=ALL_WORDS),
    replace(CALLS, name=ALONE.format(CALLS.name), alone=True),
    replace(MEDIA, name=ALONE.format(MEDIA.name), alone=True),
    SAMPLE,
)
