"""`jobs --watch`: every change of the listed jobs, until all have ended."""

import subprocess
import sys
from pathlib import Path

import msgspec

from shared.bootstrap import App
from shared.domain.job import FileCounts, Status
from tests.adapters.documents import new_job
from tests.cli.conftest import FAILED_JOB, PARTLY_JOB, WHOLE_JOB, Run, World, environment_for_a_process
from tests.cli.terminals import COMMAND, on_terminal


def test_every_change_is_a_line_until_all_listed_jobs_have_ended(here: World) -> None:
    jobs = App.from_env(here.settings).jobs
    job = new_job(status=Status.INGESTING, files=FileCounts(expected=2, ingested=1), display_name="calls")
    jobs.create(job)
    with subprocess.Popen(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", COMMAND, "jobs", "--watch", "--status", "ingesting"],
        env=environment_for_a_process(**here.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    ) as watching:
        first = watching.stdout.readline() if watching.stdout else ""
        done = FileCounts(expected=2, ingested=2)
        jobs.update(job.id, lambda it: msgspec.structs.replace(it, status=Status.COMPLETED, files=done))
        rest, errors = watching.communicate()
    assert first == f"{job.id}  ingesting  1 of 2  calls\n"
    assert rest == f"{job.id}  completed  2 of 2  calls\n1 of 1 ended: 1 completed\n"
    assert (errors, watching.returncode) == ("", 0)
    container = App.from_env(here.settings).database.get_container_client("jobs")
    container.delete_item(job.id, job.id)


def test_jobs_that_have_ended_are_shown_once(run: Run, here: World) -> None:
    ran = run("jobs", "--watch")
    assert (ran.code, ran.error) == (0, "")
    *lines, counts = ran.out.splitlines()
    assert counts.startswith("3 of 3 ended: ")
    assert [line.split()[0] for line in lines] == [FAILED_JOB, PARTLY_JOB, WHOLE_JOB]
    assert run("jobs", "--watch", "-o", "json").code == 2
    assert here


def test_on_a_terminal_the_table_stays_when_all_have_ended(here: World) -> None:
    code, got = on_terminal("jobs", "--watch", environment=here.settings, columns=120)
    assert code == 0
    last = got.rpartition("3 of 3 ended: ")[2]
    assert all(job in last for job in (FAILED_JOB, PARTLY_JOB, WHOLE_JOB))
