"""The DuckDB queries of docs/questions.md: each answer is compared with one that is computed from the phrases."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local.cosmos import Cosmos
from shared.bootstrap import App
from shared.rendering.rows import guarded
from tests.cli.conftest import Run
from tests.cli.many.calls import HOSTILE, ODD, SINCE, Call
from tests.cli.many.conftest import Settings, database_with
from tests.cli.many.generated import Spoken, covered, generated, heard, spoken

PAGE = (Path(__file__).parents[3] / "docs" / "questions.md").read_text()
CALLS = sorted(generated(), key=lambda call: (call.key.job_id, call.key.file_id))
FORMS = ("parquet", "jsonl", "csv")

Rows = list[tuple[Any, ...]]
Ask = Callable[[int], Rows]


def query_of(number: int) -> str:
    """Return the query under a heading of the page."""
    (section,) = re.findall(rf"^## {number} .*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (query,) = re.findall(r"^```sql\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return str(query)


def views_of(form: str) -> str:
    """Return the statements of the page that open the files."""
    if form == "parquet":
        return "\n".join(re.findall(r"^    (CREATE VIEW .*)$", PAGE, re.MULTILINE))
    (block,) = re.findall(rf"<!-- made: duckdb: {form} -->\n```sql\n(.*?)```", PAGE, re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def questions(cosmos: Cosmos) -> Settings:
    """Store the calls."""
    return database_with(cosmos, *CALLS)


@pytest.fixture(params=FORMS)
def ask(
    request: pytest.FixtureRequest, run: Run, questions: Settings, states: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ask]:
    """Export the calls in a form, and open the files as the page says. Give what asks a question by its number."""
    for name, value in questions.items():
        monkeypatch.setenv(name, value)
    assert run("export", "--since", SINCE, "-f", request.param, "-d", "tables", "--names", _names()).code == 0
    assert states
    with duckdb.connect() as connection:
        connection.execute(views_of(request.param))
        yield lambda number: connection.execute(query_of(number)).fetchall()


def _names() -> Path:
    file = Path("names.csv")
    rows = (
        "fileId,channel,speaker,name",
        *(f"{call.key.file_id},1,,Customer" for call in CALLS if call.number % 3 == 0),
    )
    file.write_text("\n".join(rows))
    return file


def title(call: Call) -> str:
    return f"call-{call.number}.wav"


def first(rows: Sequence[tuple[Any, ...]], *, by: int) -> Rows:
    """Return the 20 rows with the greatest value in a column. Equal ones stay in their order, that of CALLS."""
    return sorted(rows, key=lambda row: -round(row[by], 9))[:20]


def equal(found: Rows, expected: Rows) -> None:
    assert len(found) == len(expected)
    assert expected, "the calls have no example of it"
    for one, other in zip(found, expected, strict=True):
        assert len(one) == len(other)
        for value, wanted in zip(one, other, strict=True):
            assert value == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted, float) else wanted), (one, other)


def plain(text: str) -> str:
    """Return a text in lower case and without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(each))


def spans(call: Call) -> list[tuple[float, float]]:
    return [(turn.begin, turn.end) for turn in spoken(call)]


@pytest.mark.parametrize("form", FORMS)
def test_the_page_opens_files_with_hostile_texts(run: Run, calls: App, form: str) -> None:
    assert run("export", "--since", SINCE, "-f", form, "-d", "tables").code == 0
    with duckdb.connect() as connection:
        connection.execute(views_of(form))
        rows = connection.execute(
            f"SELECT text, speaker, locale FROM turns WHERE fileId = '{ODD.key.file_id}' ORDER BY turn"  # noqa: S608 - ours
        ).fetchall()
        assert connection.execute("SELECT COUNT(*), MIN(ingestedAt) FROM calls").fetchone() == (
            5,
            datetime(2026, 11, 10, 8, tzinfo=UTC),
        )
    hostile, minus = (guarded(HOSTILE), "'-1") if form == "csv" else (HOSTILE, "-1")
    assert rows == [(hostile, None, None), (minus, None, "fr-FR"), ("\u00c9t\u00e9.", None, "de-DE")]
    assert calls


def test_the_page_asks_ten_questions() -> None:
    assert re.findall(r"^## (\d+) ", PAGE, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_1_the_longest_silence(ask: Ask) -> None:
    rows = []
    for call in CALLS:
        turns = list(heard([call]))
        for turn in turns[1:]:
            end = max(each.end for each in turns if each.number < turn.number)
            silence = max(0.0, turn.begin - end)
            rows.append((title(call), turn.name, turn.begin - silence, silence))
    equal(ask(1), first(rows, by=3))


def test_2_dead_air(ask: Ask) -> None:
    rows = [(title(call), call.duration - covered(spans(call), 1)) for call in CALLS]
    equal(ask(2), first([(*row, row[1] / call.duration) for row, call in zip(rows, CALLS, strict=True)], by=2))


def interrupted(turn: Spoken, turns: Sequence[Spoken]) -> Spoken | None:
    running = [
        each for each in turns if each.number < turn.number and each.end > turn.begin and each.track != turn.track
    ]
    return running[-1] if running else None


def test_3_who_interrupts_whom(ask: Ask) -> None:
    times: Counter[tuple[str, str]] = Counter()
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for call in CALLS:
        turns = list(heard([call]))
        for turn in turns:
            if whom := interrupted(turn, turns):
                others = [each for each in turns if each.number < turn.number and each.track != turn.track]
                seconds[turn.name, whom.name] += min(turn.end, max(each.end for each in others)) - turn.begin
                times[turn.name, whom.name] += 1
    rows = [(*pair, count, seconds[pair]) for pair, count in sorted(times.items())]
    equal(ask(3), sorted(rows, key=lambda row: -row[2]))


def test_4_how_much_of_the_talk_is_whose(ask: Ask) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    shares: dict[str, list[float]] = defaultdict(list)
    for call in CALLS:
        talk: Counter[str] = Counter()
        for turn in heard([call]):
            talk[turn.name] += turn.end - turn.begin  # type: ignore[assignment] # a sum of seconds
        for name, long in talk.items():
            seconds[name].append(long)
            shares[name].append(long / talk.total())
    rows = [
        (name, len(shares[name]), math.fsum(seconds[name]), math.fsum(shares[name]) / len(shares[name]))
        for name in shares
    ]
    equal(ask(4), sorted(rows, key=lambda row: (-row[3], row[0])))


def test_5_the_longest_monologue(ask: Ask) -> None:
    rows = []
    for call in CALLS:
        for name, group in groupby(heard([call]), key=lambda turn: turn.name):
            turns = list(group)
            rows.append(
                (title(call), name, turns[0].begin, max(each.end for each in turns) - turns[0].begin, len(turns))
            )
    assert max(row[4] for row in rows) > 1
    equal(ask(5), first(rows, by=3))


def test_6_where_several_talk_at_once(ask: Ask) -> None:
    rows = []
    for call in CALLS:
        turns = spoken(call)
        if turns and not any(each.mirrors for each in turns):
            overlap = covered(spans(call), 2)
            count = sum(interrupted(each, turns) is not None for each in turns)
            rows.append((title(call), overlap, overlap / covered(spans(call), 1), count))
    equal(ask(6), first(rows, by=2))


def test_7_where_a_word_is_said(ask: Ask) -> None:
    hits = [turn for turn in heard(CALLS) if "refund" in re.findall(r"\w+", plain(turn.text))]
    rows = [
        (
            title(turn.call),
            turn.name,
            turn.begin,
            turn.text,
            f"speech2cosmos open {turn.call.key.job_id} {turn.call.key.file_id} --at {turn.begin}",
        )
        for turn in hits
    ]
    assert any("\u00e9" in turn.text for turn in hits)
    equal(ask(7), rows)


def test_8_all_of_these_words(ask: Ask) -> None:
    rows = []
    for call in CALLS:
        counts = [sum(word in plain(turn.text) for turn in heard([call])) for word in ("refund", "order")]
        if all(counts):
            rows.append((title(call), sum(counts)))
    assert len(rows) < len(CALLS)
    equal(ask(8), first(rows, by=1))


def test_9_the_least_sure_calls(ask: Ask) -> None:
    rows = []
    for call in CALLS:
        every = [turn.sure for turn in spoken(call)]
        if every:
            turns = [turn.sure for turn in heard([call])]
            rows.append((title(call), math.fsum(every) / len(every), sum(each < 0.5 for each in turns) / len(turns)))
    equal(ask(9), sorted(rows, key=lambda row: round(row[1], 9))[:20])


def test_10_calls_in_each_language(ask: Ask) -> None:
    found: dict[tuple[date, str], list[float]] = defaultdict(list)
    for call in CALLS:
        locales = {each.get("locale") for each in call.phrases} - {None} or {"unknown"}
        for locale in locales:
            found[date.fromisoformat(call.at[:10]), str(locale)].append(call.duration / 3600)
    rows = [(day, locale, len(hours), math.fsum(hours)) for (day, locale), hours in found.items()]
    assert {row[1] for row in rows} > {"unknown", "hi-IN"}
    equal(ask(10), sorted(rows, key=lambda row: (row[0], -row[2], row[1])))
