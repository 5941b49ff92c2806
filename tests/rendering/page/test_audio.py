"""The recording from the user's disk."""

import wave
from pathlib import Path

from playwright.sync_api import FileChooser, Page, expect

from tests.rendering.page.calls import call
from tests.rendering.page.conftest import Show

RATE = 8000


def silent(path: Path, seconds: float) -> Path:
    """Write a WAV file, 8 bits, one channel."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(RATE)
        out.writeframes(bytes([128]) * round(RATE * seconds))
    return path


def choose(shown: Page, path: Path) -> None:
    """Choose a recording as a person does, through the button."""
    with shown.expect_file_chooser() as choosing:
        shown.get_by_role("button", name="Choose recording…").click()
    choosing.value.set_files(path)


def test_a_recording_from_disk_plays_in_step(show: Show, tmp_path: Path) -> None:
    shown = show(call(), at="#t=48.9").page
    asked: list[FileChooser] = []
    shown.on("filechooser", lambda chooser: asked.append(chooser))  # noqa: PLW0108 - the driver takes no builtin
    shown.locator("#talk").focus()
    shown.keyboard.press(" ")  # no recording is chosen, so space scrolls as on any page
    expect(shown.get_by_role("button", name="Choose the recording to play")).to_be_visible()
    choose(shown, silent(tmp_path / "bike.wav", 96))
    assert len(asked) == 1
    expect(shown.locator("#toast")).to_have_text("bike.wav is ready")
    shown.locator("#talk").focus()
    shown.keyboard.press(" ")
    expect(shown.get_by_role("button", name="Pause")).to_be_visible()
    expect(shown.locator("#turn6")).to_have_attribute("aria-current", "true")  # from 49 s on
    shown.keyboard.press(" ")
    expect(shown.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(shown.locator("#notice-audio")).to_have_count(0)


def test_a_recording_of_another_length_is_reported(show: Show, tmp_path: Path) -> None:
    shown = show(call()).page
    choose(shown, silent(tmp_path / "other.wav", 50))
    expect(shown.locator("#notice-audio")).to_have_text(
        "other.wav lasts 0:50.0, but the transcript is of a recording of 1:36.0. It may be another recording."
    )


def test_a_format_that_the_browser_cannot_play_comes_with_the_command_that_converts_it(
    show: Show, tmp_path: Path
) -> None:
    path = tmp_path / "it's $(a) call.amr"
    path.write_bytes(b"#!AMR\n" + bytes(200))
    shown = show(call()).page
    choose(shown, path)
    expect(shown.locator("#notice-audio code")).to_have_text(
        r"ffmpeg -i 'it'\''s $(a) call.amr' -c:a aac 'it'\''s $(a) call.m4a'"
    )
    expect(shown.get_by_role("button", name="Choose the recording to play")).to_be_visible()


def test_the_page_follows_until_the_user_scrolls_and_offers_the_way_back(show: Show, tmp_path: Path) -> None:
    shown = show(call(), viewport={"width": 900, "height": 500}, at="#t=60").page
    choose(shown, silent(tmp_path / "bike.wav", 96))
    expect(shown.locator("#toast")).to_have_text("bike.wav is ready")
    shown.get_by_role("button", name="Play", exact=True).click()
    expect(shown.get_by_role("button", name="Pause")).to_be_visible()
    shown.mouse.move(300, 400)
    shown.mouse.wheel(0, -5000)
    expect(shown.locator("#follow")).to_have_attribute("aria-pressed", "false")
    back = shown.locator("#return")
    expect(back).to_contain_text("Back to 1:0")
    back.click()
    expect(shown.locator("#follow")).to_have_attribute("aria-pressed", "true")
    expect(back).not_to_be_visible()
    expect(shown.locator("[aria-current]").first).to_be_in_viewport()
