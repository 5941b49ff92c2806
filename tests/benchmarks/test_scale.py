"""docs/scale.md is up to date, its arithmetic is right, and its check can fail."""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench.results import FILE as BENCH_FILE
from benchmarks.bench.results import load as load_results
from benchmarks.cost.measured import FILE as COST_FILE
from benchmarks.cost.measured import load as load_measured
from benchmarks.cost.pipeline import bench
from benchmarks.cost.queries import QUERY_BASE
from benchmarks.scale.__main__ import REPOSITORY, main
from benchmarks.scale.inputs import INPUTS, book
from benchmarks.scale.load import (
    PARTITIONS,
    SERVERLESS,
    SPEECH,
    TIMER,
    Basis,
    deployments,
    file_requests,
    limits,
    month,
    ru_of_calls,
)
from benchmarks.scale.page import KINDS, PAGE, PLOTS, basis_of
from local.cosmos import start_cosmos


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Make a repository with only the page and its plot."""
    shutil.copytree((REPOSITORY / PAGE).parent / PLOTS, (tmp_path / PAGE).parent / PLOTS)
    shutil.copy(REPOSITORY / PAGE, tmp_path / PAGE)
    return tmp_path


@pytest.fixture(scope="module")
def calls() -> Basis:
    return basis_of(load_measured(), load_results(), book())["calls"]


def test_the_page_and_its_plot_have_the_computed_figures() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", [each.name for each in INPUTS])
def test_the_check_fails_when_an_input_changes(copy: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    changed = book().with_values([f"{name}={book()[name] * 1.2}"])
    assert main(["--check"], copy, changed) == 1
    assert "docs/scale.md differs" in capsys.readouterr().err


def test_the_check_names_a_plot_that_is_missing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((copy / PAGE).parent / PLOTS / "limits.svg").unlink()
    assert main(["--check"], copy) == 1
    assert "plots/scale/limits.svg differs" in capsys.readouterr().err


def test_own_figures_are_printed_and_do_not_change_the_page(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (copy / PAGE).read_text()
    assert main(["--set", "retention-days=30"], copy) == 0
    assert (copy / PAGE).read_text() == before
    assert "| `retention-days` | 30 |" in capsys.readouterr().out


def test_an_unknown_figure_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--set", "gold=1"]) == 2
    assert "'gold' is none of busy-hours," in capsys.readouterr().err


def test_the_arithmetic_agrees_with_a_recalculation(calls: Basis) -> None:
    """From the stored measurements, with the inputs of the page written out: jobs of 10 hours, 100 calls each."""
    job: Any = next(each for each in json.loads(COST_FILE.read_bytes())["jobs"] if each["name"] == "calls")
    ticks = json.loads(BENCH_FILE.read_bytes())["waiting"]["data"]["ticks"]
    tick = next(each for each in ticks if each["waiting"] == 100_000 and not each["finished"] and not each["first"])
    found = {each.what: each for each in limits(calls)}
    jobs_a_minute = 1_000_000 / 10 / 220 * 1.5 / 60
    stored = 100_000 * job["documentBytes"] / 1e9 * 90 / (365 / 12)
    asked = jobs_a_minute * (1 + 1 + job["speechRequests"]["list files"]) + tick["gets"] + tick["lists"]
    queries = job["requests"]["tick: jobs: query"] / job["runs"]["poll_jobs"]
    assert found[SPEECH].taken(1e6) == pytest.approx(asked / 600)
    assert found[SERVERLESS].taken(1e6) == pytest.approx(stored / 1000)
    assert found[PARTITIONS].taken(1e6) == pytest.approx(stored / 50 * queries * 0.02 / 60)
    assert found[TIMER].taken(1e6) == pytest.approx(jobs_a_minute * 17 * 0.02 / 20)
    assert calls.autoscale_ru(1e6) == math.ceil(stored * 10 / 1000) * 1000
    shared = job["runs"]["poll_jobs"] * calls.measured.full_tick_request_units
    ticks = (tick["request_units"] + stored / 50 * queries * 2.8) / 60
    assert calls.ru_a_second(1e6) == pytest.approx(
        jobs_a_minute / 60 * (sum(job["requestUnits"].values()) - shared) + ticks
    )
    blobs_and_queues = job["blobWrites"] + 3 * job["messages"]
    assert found["requests to the storage account"].taken(1e6) == pytest.approx(
        jobs_a_minute / 60 * blobs_and_queues / 20_000
    )
    lines = {each.what: each.cost for each in month(calls, 1e6)}
    assert lines["Blob storage: raw results written"] == pytest.approx(100_000 * job["blobWrites"] / 1e4 * 0.05)
    assert lines["Cosmos DB: autoscale"] == pytest.approx(calls.autoscale_ru(1e6) / 10 / 100 * 0.012 * 730)
    assert lines["Cosmos DB: documents kept"] == pytest.approx(stored * 0.25)


def test_where_the_load_and_not_the_storage_decides_the_busy_hours_are_billed_at_its_throughput(calls: Basis) -> None:
    short = Basis(calls.usage, calls.measured, calls.tick, book().with_values(["retention-days=1"]))
    busy = short.ru_a_second(1e6)
    most = math.ceil(busy * 2 / 1000) * 1000
    (line,) = (each for each in month(short, 1e6) if each.what == "Cosmos DB: autoscale")
    assert short.autoscale_ru(1e6) == most
    assert line.cost == pytest.approx((busy * 220 + most / 10 * 510) / 100 * 0.012)


def test_each_limit_is_taken_in_full_by_the_load_that_reaches_it(calls: Basis) -> None:
    found = limits(calls)
    assert [each.taken(each.hours) for each in found] == pytest.approx([1] * len(found))
    assert [each.hours for each in found] == sorted(each.hours for each in found)


def test_so_many_deployments_that_none_reaches_its_limit(calls: Basis) -> None:
    number = deployments(calls, 10e6)
    least = min(each.hours for each in limits(calls) if each.what in {SPEECH, TIMER, PARTITIONS})
    assert 10e6 / number <= least < 10e6 / (number - 1)


def test_the_requests_for_a_jobs_files_are_those_that_were_measured() -> None:
    measured = load_measured()
    for kind in KINDS:
        assert file_requests(kind.recordings) == measured.job(kind.name).file_requests


def test_the_request_units_of_other_sizes_agree_with_both_measured_ones(calls: Basis) -> None:
    measured = calls.measured
    assert ru_of_calls(measured, 100) == pytest.approx(calls.ru_a_job())
    sample = measured.job("sample")
    shared = sample.runs["poll_jobs"] * measured.full_tick_request_units
    assert ru_of_calls(measured, 3) == pytest.approx(sum(sample.request_units.values()) - shared)


def test_a_tick_sends_each_of_its_queries_to_each_physical_partition(calls: Basis, tmp_path: Path) -> None:
    taken = []
    for partitions in (1, 4):
        cosmos = start_cosmos(log=tmp_path / f"{partitions}.log", port=0, partitions=partitions)
        try:
            with bench(cosmos) as made:
                made.full_tick()
                before = made.meter.request_units["tick"]
                made.full_tick()
                taken.append(made.meter.request_units["tick"] - before)
        finally:
            cosmos.stop()
    one, four = taken
    assert (four - one) / 3 == pytest.approx(round(calls.queries_a_tick()) * QUERY_BASE)


def test_what_moves_a_limit_is_a_setting_of_the_deployment(calls: Basis) -> None:
    bicep = (REPOSITORY / "infra" / "main.bicep").read_text()
    named = {name.partition("=")[0] for each in limits(calls) for name in re.findall(r"`([^`]+)`", each.moved_by)}
    assert {"cosmosCapacity", "retentionDays", "maximumInstanceCount"} <= named
    assert [name for name in named if not re.search(rf"^param {name} |^  {name}: ", bicep, re.MULTILINE)] == []


def test_the_settings_are_those_of_the_deployment() -> None:
    bicep = (REPOSITORY / "infra" / "main.bicep").read_text()
    for name, setting in (
        ("cosmos-max-throughput", "cosmosMaxThroughput"),
        ("maximum-instances", "maximumInstanceCount"),
    ):
        assert re.search(rf"^param {setting} int = {book()[name]:.0f}$", bicep, re.MULTILINE)
