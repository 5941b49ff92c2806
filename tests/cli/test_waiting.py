"""`submit --wait`: it ends with the jobs, shows each change, and its exit code says how they ended."""

import signal
import subprocess
import sys

import pytest

from local.speech import JobError, JobSpec
from shared.domain.job import Failure, Status
from tests.cli.conftest import Run
from tests.cli.given import JOB, OTHER, Given
from tests.cli.terminals import COMMAND, ROOT, on_terminal
from tests.waiting import PATIENCE_SECONDS

WAIT = ("--wait", "--timeout", "10m")
"""The limit is never met, unless the thread that works dies."""


def failing(given: Given, job_id: str = JOB) -> str:
    """Have Speech serve a job that failed there."""
    error = JobError(code="InvalidAudio", message="The audio could not be decoded.")
    given.speech.control.put_job(JobSpec(id=job_id, status="Failed", error=error))
    return job_id


def test_a_completed_job_is_0_and_its_last_change_shows_its_files(run: Run, given: Given) -> None:
    spec = given.served(2)
    with given.working():
        ran = run("submit", spec.id, *WAIT)
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "1 job sent to transcription-jobs"
    assert ran.out.splitlines()[-2].split("  ")[:3] == [spec.id, "completed", "2 of 2"]
    assert ran.out.splitlines()[-1] == "1 of 1 ended: 1 completed"
    assert ran.error.splitlines()[-2:] == [
        "waiting until all have ended; Ctrl-C ends only the waiting",
        f"next: speech2cosmos read {spec.id}",
    ]


def test_a_job_without_all_files_is_3_and_its_reason_is_said(run: Run, given: Given) -> None:
    spec = given.served(2, there=1)
    with given.working():
        ran = run("submit", spec.id, *WAIT)
    assert (ran.code, ran.out.splitlines()[-1]) == (3, "1 of 1 ended: 1 completedWithErrors")
    assert f"{spec.id} is completedWithErrors: speech2cosmos: NotFound: " in ran.error
    assert ran.error.splitlines()[-1] == f"next: speech2cosmos retry {spec.id}"


def test_a_job_that_failed_at_speech_is_1_and_some_of_several_is_3(run: Run, given: Given) -> None:
    good, bad = given.served(1).id, failing(given)
    with given.working():
        ran = run("submit", bad, *WAIT)
        assert (ran.code, ran.out.splitlines()[-1]) == (1, "1 of 1 ended: 1 failed")
        assert f"{bad} is failed: Speech: InvalidAudio: The audio could not be decoded." in ran.error
        ran = run("submit", good, failing(given, OTHER), *WAIT)
    assert ran.code == 3
    assert ran.error.splitlines()[-1] == "next: speech2cosmos jobs --failed"
    last = ran.out.splitlines()[-1]
    assert last.startswith("2 of 2 ended: ")
    assert "1 completed" in last
    assert "1 failed" in last


def test_a_completed_job_that_is_submitted_again_has_ended_at_once(run: Run, given: Given) -> None:
    given.job(status=Status.COMPLETED)
    ran = run("submit", JOB, *WAIT)  # nobody works on it
    assert (ran.code, ran.out.splitlines()[1:]) == (0, [f"{JOB}  completed  -", "1 of 1 ended: 1 completed"])


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_a_reprocess_waits_for_the_new_run(run: Run, given: Given, status: Status) -> None:
    spec = given.served(1)
    given.job(spec.id, status=status, failure=Failure("Old", "of an earlier run", "Speech"))
    ran = run("submit", spec.id, "--reprocess", "--wait", "--timeout", "1s")
    assert ran.code == 1, "as long as nobody works on it, the end of the earlier run is not its end"
    assert ran.out.splitlines()[-1] == "0 of 1 ended: 1 sent"
    with given.working():
        ran = run("submit", spec.id, "--reprocess", *WAIT)
    assert ran.code == 0
    job = given.app.jobs.get(spec.id)
    assert job is not None
    assert job.run >= 2


def test_a_wait_with_a_limit_ends_with_1_and_names_the_next_step(run: Run, given: Given) -> None:
    ran = run("submit", given.served(1).id, "--wait", "--timeout", "1s")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "0 of 1 ended: 1 sent")
    assert "1 of 1 job did not end within --timeout" in ran.error
    assert ran.advice == ("speech2cosmos jobs --watch",)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--timeout", "5m"], "needs --wait"), (["--wait", "--timeout", "soon"], "'soon' is no duration")],
)
def test_a_wrong_limit_is_wrong_usage_and_nothing_is_sent(
    run: Run, given: Given, arguments: list[str], words: str
) -> None:
    ran = run("submit", JOB, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.error
    assert given.sent("transcription-jobs") == []


def test_ctrl_c_is_130_and_says_that_the_jobs_go_on(given: Given) -> None:
    waiting = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", COMMAND, "submit", JOB, "--wait"],
        cwd=ROOT,
        env={**given.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stderr is not None
    while "waiting until" not in waiting.stderr.readline():
        assert waiting.poll() is None
    waiting.send_signal(signal.SIGINT)
    out, error = waiting.communicate(timeout=PATIENCE_SECONDS)
    assert waiting.returncode == 130
    assert out.splitlines() == ["1 job sent to transcription-jobs"]
    assert error.splitlines() == ["the jobs go on: speech2cosmos jobs --watch"]
    assert given.sent("transcription-jobs") == [JOB]


@pytest.mark.parametrize("columns", [120, 30])
def test_on_a_terminal_a_view_changes_in_place_and_no_id_is_cut(given: Given, columns: int) -> None:
    spec = given.served(1)
    with given.working():
        code, got = on_terminal("submit", spec.id, *WAIT, environment=given.settings, columns=columns)
    assert code == 0
    assert "\x1b[?25l" in got, "the cursor is hidden while the view is drawn"
    assert "\x1b[?25h" in got.rpartition("\x1b[?25l")[2], "and it is shown again"
    assert "1 of 1 ended: 1 completed" in got
    whole = got if columns > len(spec.id) else got.replace("\n", "")
    assert spec.id in whole
    assert "…" not in got


def test_on_a_dumb_terminal_each_change_is_a_line(given: Given) -> None:
    spec = given.served(1)
    with given.working():
        code, got = on_terminal("submit", spec.id, *WAIT, environment={**given.settings, "TERM": "dumb"})
    assert code == 0
    assert "\x1b" not in got
    assert f"{spec.id}  completed  1 of 1" in got
