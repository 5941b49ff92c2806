"""`open`: the page of a recording in the browser, at a moment."""

import re
import webbrowser
from pathlib import Path
from urllib.request import url2pathname

import pytest

from tests.cli.conftest import DIARIZED, WHOLE_JOB, Run, World


class Recorder(webbrowser.BaseBrowser):
    """A browser that remembers what it was asked to open, and starts only if `works`."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self.opened: list[str] = []
        self.works = True

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - the base's
        """Remember the address."""
        self.opened.append(url)
        return self.works


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Return the only browser. Temporary files go into the test's own folder."""
    recorder = Recorder()
    webbrowser.register("recorder", None, recorder)
    monkeypatch.setattr("webbrowser._tryorder", ["recorder"])  # else it would try those of the machine too
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return recorder


def test_the_page_opens_at_the_moment_from_a_folder_that_only_the_user_can_read(
    run: Run, here: World, browser: Recorder
) -> None:
    ran = run("open", WHOLE_JOB, "--at", "1:03.25", "--rev", '"><script>&')
    assert (ran.code, ran.error) == (0, "")
    written = Path(ran.out.strip())
    assert '<ol class="talk"' in written.read_text(encoding="utf-8")
    assert written.parent.stat().st_mode & 0o077 == 0
    (url,) = browser.opened
    door = Path(url2pathname(url.removeprefix("file://")))
    assert door.parent == written.parent
    (address,) = re.findall(r'content="0; url=([^"]*)"', door.read_text(encoding="utf-8"))
    assert address == f"{written.name}#t=63.2&amp;rev=%22%3E%3Cscript%3E%26"
    assert here


def test_without_a_browser_the_path_is_there_all_the_same(run: Run, here: World, browser: Recorder) -> None:
    browser.works = False
    ran = run("open", WHOLE_JOB, DIARIZED.id)
    assert (ran.code, ran.error) == (1, "No browser could be started. Open the file yourself.\n")
    assert Path(ran.out.strip()).exists()
    assert here


def test_a_time_that_is_none_writes_nothing(run: Run, here: World, browser: Recorder, tmp_path: Path) -> None:
    ran = run("open", WHOLE_JOB, "--at", "later")
    assert (ran.code, ran.out, browser.opened) == (2, "", [])
    assert list(tmp_path.glob("speech2cosmos-*")) == []
    assert here
