"""docs/benchmarks.md and its plots are up to date, and their check can fail."""

import shutil
from pathlib import Path

import msgspec
import pytest

from benchmarks.bench.__main__ import REPOSITORY, main
from benchmarks.bench.page import PAGE, blocks, plots, shown
from benchmarks.bench.plots import DARK, INK, PAPER, SERIES, mark
from benchmarks.bench.registry import BENCHMARKS
from benchmarks.bench.results import FILE, load, save

PLOTS = Path("docs") / "plots"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Make a repository with only the page, the plots and the results."""
    shutil.copytree(REPOSITORY / PLOTS, tmp_path / PLOTS)
    shutil.copy(REPOSITORY / PAGE, tmp_path / PAGE)
    shutil.copy(FILE, tmp_path / "measured.json")
    return tmp_path


def test_the_page_and_its_plots_show_the_measured_figures() -> None:
    assert main(["--check"]) == 0


def test_every_benchmark_is_measured() -> None:
    assert load().keys() == {each.name for each in BENCHMARKS}


def test_the_check_fails_when_the_page_was_changed_by_hand(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = copy / PAGE
    page.write_text(page.read_text().replace("| MB/s |", "| MB |"))
    assert main(["--check"], copy, copy / "measured.json") == 1
    assert "docs/benchmarks.md differs" in capsys.readouterr().err


def test_the_check_fails_when_something_else_was_measured(copy: Path) -> None:
    results = load()
    results["waiting"] = msgspec.structs.replace(results["waiting"], date="2027-01-01")
    save(results, copy / "measured.json")
    assert main(["--check"], copy, copy / "measured.json") == 1
    assert main([], copy, copy / "measured.json") == 0
    assert main(["--check"], copy, copy / "measured.json") == 0


def test_the_check_names_a_plot_of_other_figures_a_missing_one_and_one_of_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, *_ = plots(load())
    stale = copy / PLOTS / f"{first.name}.svg"
    stale.write_text(stale.read_text().replace(mark(first), mark(second)))
    (copy / PLOTS / f"{second.name}.svg").unlink()
    (copy / PLOTS / "gone.svg").write_text("<svg/>")
    assert main(["--check"], copy, copy / "measured.json") == 1
    said = capsys.readouterr().err
    assert all(f"plots/{name}.svg differs" in said for name in (first.name, second.name, "gone"))


def test_a_missed_aim_stands_in_the_table_with_its_reason() -> None:
    aims = [aim for part in shown(load()).values() for aim in part.aims]
    assert all(aim.why for aim in aims if not aim.reached)
    table = blocks(load())["aims"]
    assert table.count("**missed**") == sum(not aim.reached for aim in aims)
    assert all(aim.what in table and aim.measured in table for aim in aims)


def test_a_plot_is_told_in_words_too() -> None:
    for plot in plots(load()):
        drawn = (REPOSITORY / PLOTS / f"{plot.name}.svg").read_text()
        assert 'role="img"' in drawn
        assert f"<title>{plot.title}</title>" in drawn
        assert plot.text in (REPOSITORY / PAGE).read_text()


def test_plots_are_readable_on_a_light_and_a_dark_page() -> None:
    assert _contrast(INK, PAPER) >= 7
    assert _contrast(DARK[INK], DARK[PAPER]) >= 7
    for color in SERIES:
        assert min(_contrast(color, PAPER), _contrast(color, DARK[PAPER])) >= 3, color


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[begin : begin + 2], 16) / 255 for begin in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
