"""Shapes of documents: each keeps the whole recording, and the figures that decision 0045 rests on hold."""

from collections.abc import Callable
from itertools import accumulate

import pytest

from benchmarks.shapes.__main__ import tables
from benchmarks.shapes.candidates import (
    CHOSEN,
    KIB,
    Group,
    Section,
    candidates,
    groups_of,
    in_two_kinds,
    layout,
    packed,
)
from benchmarks.shapes.layout import Layout, product
from benchmarks.shapes.measure import Measured, Shapes, measured_of
from benchmarks.shapes.recordings import FORMS, Document, Recording, recordings
from benchmarks.shapes.rivals import PHRASES, with_rows
from benchmarks.shapes.sweep import PART_KIB, sweep, texts_once, with_differences
from shared.domain.parts import encoded_size

TEN_MINUTES = 1 / 6

SEVERAL_SECTIONS = ("tiny", "6 min", "diarized-mono")


@pytest.fixture(scope="module")
def known() -> dict[str, Recording]:
    return {each.name: each for each in recordings() if not each.name.startswith("1 hour")}


@pytest.fixture(scope="module")
def measured(known: dict[str, Recording]) -> dict[str, Measured]:
    return {name: measured_of(each) for name, each in known.items()}


@pytest.mark.parametrize("name", SEVERAL_SECTIONS)
def test_every_candidate_gives_the_whole_recording_to_a_reader_who_follows_its_head(
    known: dict[str, Recording], name: str
) -> None:
    recording = known[name]
    for made in candidates(recording):
        assert _read(made) == (recording.turns, recording.combined, recording.tracks), made.name


def _read(layout: Layout) -> tuple[list[Document], list[Document], dict[tuple[int, int | None], list[Document]]]:
    """Read a recording's turns, texts and tracks by the ids that the head names."""
    head = layout.documents[-1]
    content = {each["id"]: each.get("content", each) for each in layout.documents}
    texts = [
        {"channel": text["channel"]}
        | {
            form: "".join(
                piece[form]
                for part in text["parts"]
                for piece in content[part]["combined"]
                if piece["channel"] == text["channel"]
            )
            for form in FORMS
        }
        for text in head["combined"]
    ]
    tracks = {
        (track["channel"], track["speaker"]): [
            phrase
            for part in track["parts"]
            for piece in content[part]["tracks"]
            if (piece["channel"], piece["speaker"]) == (track["channel"], track["speaker"])
            for phrase in piece["phrases"]
        ]
        for track in head["tracks"]
    }
    return [turn for part in head["turns"]["parts"] for turn in content[part]["turns"]], texts, tracks


def test_the_model_of_the_chosen_candidate_charges_what_the_product_is_charged(known: dict[str, Recording]) -> None:
    for recording in known.values():
        (chosen,) = (each for each in candidates(recording) if each.name == CHOSEN)
        assert chosen.write_request_units() == pytest.approx(product(recording).write_request_units(), rel=0.01)


@pytest.mark.parametrize("name", SEVERAL_SECTIONS)
@pytest.mark.parametrize("pack", [packed, in_two_kinds])
@pytest.mark.parametrize("kib", [16, 64])
def test_sections_share_a_part_only_if_it_holds_them(
    known: dict[str, Recording], name: str, pack: Callable[[list[Group], int], list[list[Section]]], kib: int
) -> None:
    limit = kib * KIB
    parts = pack(groups_of(known[name], limit), limit)
    documents = layout("", known[name], parts).documents[:-1]
    assert all(encoded_size(made) <= limit for made, part in zip(documents, parts, strict=True) if len(part) > 1)
    assert sum(map(len, parts)) == sum(map(len, groups_of(known[name], limit)))


def test_the_chosen_candidate_is_never_dearer_than_a_document_a_phrase(measured: dict[str, Measured]) -> None:
    for each in measured.values():
        assert _times(each, CHOSEN) > 1, each.name


def test_the_chosen_candidate_is_six_times_cheaper_from_five_minutes_on(measured: dict[str, Measured]) -> None:
    for name in ("5 min", "5 min, lexical words", "6 min", "diarized-mono", "hindi-diarized"):
        assert _times(measured[name], CHOSEN) >= 6, name


def _times(measured: Measured, name: str) -> float:
    rival, own = measured.write(PHRASES), measured.write(name)
    assert rival is not None
    assert own is not None
    return rival / own


def test_display_of_ten_minutes_takes_two_point_reads(known: dict[str, Recording]) -> None:
    for recording in known.values():
        if recording.hours <= TEN_MINUTES:
            for layout in (product(recording), *candidates(recording)):
                assert len(layout.display.points) <= 2
                assert not layout.display.queried


def test_notations_lose_nothing(known: dict[str, Recording]) -> None:
    entry = known["tiny"].phrases[0].entry
    noted = with_differences(entry)["nBest"][0]["words"]["offsetInTicks"]
    assert list(accumulate(noted, initial=entry["offsetInTicks"]))[1:] == entry["nBest"][0]["words"]["offsetInTicks"]
    once = texts_once(entry)["nBest"][0]
    assert _forms(once) == [entry["nBest"][0][form] for form in FORMS]
    rows = with_rows(entry)["nBest"][0]["words"]
    assert [row["word"] for row in rows] == entry["nBest"][0]["words"]["word"]


def _forms(texts: Document) -> list[str]:
    found: list[str] = []
    for form in FORMS:
        found.append(texts[form] if form in texts else found[-1])
    return found


def test_the_tables_have_a_line_for_each_design_and_each_point(
    known: dict[str, Recording], measured: dict[str, Measured]
) -> None:
    points = sweep(known["tiny"])
    lines = list(tables(Shapes([measured["tiny"]], points)))
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| design", "| notation"))]
    assert len(rows) == len(measured["tiny"].designs) + len(points)
    assert len(points) == 5 * len(PART_KIB)
