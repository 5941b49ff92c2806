"""The load in small: everything is there, exact, once; and its judges see when it is not."""

from pathlib import Path

from benchmarks.chaos.bench import Bench, bench
from benchmarks.chaos.ledger import Row, Sample
from benchmarks.chaos.load.contents import work
from benchmarks.chaos.load.judge import judge_great, judge_jobs
from benchmarks.chaos.load.run import SETTINGS, measured, prepare
from benchmarks.chaos.plot import draw
from shared.domain.containers import TRANSCRIPTS


def test_the_load_in_small_is_clean_and_its_judges_find_what_is_done_by_hand() -> None:
    todo = work(files=8, jobs=4, varieties=3)
    with bench({**SETTINGS, "POLL_SCHEDULE": "* * * * * *"}) as running:
        states = prepare(running, todo)
        found = list(measured(running, todo, states, chance=0.1))
        rows = [each for each in found if isinstance(each, Row)]
        assert [row.cases for row in rows[:2]] == [8, 4]
        assert all(row.clean for row in rows), rows
        samples = [each for each in found if isinstance(each, Sample)]
        assert samples[-1].memory > 0
        _spoil(running, todo.great.id)
        _spoil(running, todo.jobs[0][0].id)
        for verdict in (judge_great(running, todo, states), judge_jobs(running, todo, states)):
            assert (verdict.lost, verdict.duplicated) == (1, 1), verdict.words


def _spoil(running: Bench, job_id: str) -> None:
    items = running.app.transcripts.items(job_id)
    head = next(item for item in items if item["type"] == "transcript")
    part = next(item for item in items if item["type"] == "track")
    container = running.app.database.get_container_client(TRANSCRIPTS.name)
    container.upsert_item({**head, "wordCount": -1})
    container.create_item({**part, "id": "more"})


def test_the_same_samples_give_the_same_plot(tmp_path: Path) -> None:
    samples = [Sample(seconds=2.0 * number, memory=10**8 + number, files=number) for number in range(100)]
    for name in ("one.svg", "two.svg"):
        draw(samples, tmp_path / name)
    plot = (tmp_path / "one.svg").read_text()
    assert plot == (tmp_path / "two.svg").read_text()
    assert "files in" in plot
