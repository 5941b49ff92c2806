"""How the page shows benchmarks/bench/readable.py."""

import statistics

from benchmarks.bench.readable import JOBS, SPREAD_SECONDS, STAGES, Data
from benchmarks.bench.shown import Shown
from local.docs.pages import table

SETTING = dict(
    zip(
        STAGES,
        (
            "`POLL_SCHEDULE`; for longer jobs `POLL_MIN_SECONDS` and `POLL_GET_LIMIT` too",
            "",
            "`maxPollingInterval` and `batchSize` in host.json; the pace at Speech has none",
            "the same",
            "`instanceMemoryMB`",
        ),
        strict=True,
    )
)

_TO_TICK = "seconds from a job's end to the tick that finds it"


def show(data: Data) -> Shown:
    """Show seconds by stage, and when longer jobs are found."""
    how = f"The timer's schedule is `{data.schedule}`, and the queues are polled at least every `{data.polling}`"
    parts = [f"{JOBS} jobs, which end within {SPREAD_SECONDS:.0f} s. {how}. Seconds:", _stages(data)]
    if data.found:
        parts += [f"{JOBS} jobs, accepted within ten minutes, on a simulated clock: {_TO_TICK}:", _found(data)]
    return Shown("\n\n".join(parts))


def _median_and_worst(values: list[float]) -> tuple[str, str]:
    return _seconds(statistics.median(values)), _seconds(max(values))


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _stages(data: Data) -> str:
    rows = [
        (stage, *_median_and_worst([job.stages[number] for job in data.jobs]), SETTING[stage])
        for number, stage in enumerate(STAGES)
    ]
    rows.append(("**from the job's end to its head**", *_median_and_worst([job.seconds for job in data.jobs]), ""))
    return table(("", "median", "worst", "setting"), rows)


def _found(data: Data) -> str:
    rows = [(f"{each.minutes} min", f"{each.get_limit}", *_median_and_worst(each.seconds)) for each in data.found]
    return table(("jobs take", "`POLL_GET_LIMIT`", "median", "worst"), rows)
