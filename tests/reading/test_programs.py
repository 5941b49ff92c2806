"""The programs of docs/reading.md read real documents from the local stack, with the SDKs from PyPI and npm."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import ContainerProxy

from local.cosmos import Cosmos
from local.docs.reader import conversation, files_of
from local.faults import Answer, Changed, Front, Rule
from local.provision import provision_cosmos
from shared.adapters.cosmos.client import connect
from shared.domain.ticks import TICKS_PER_SECOND
from tests.contract_cosmos.support import new_name
from tests.serving.world import AGAIN, FAILED, INGESTING, MOVING, PENDING, REPLACED, UNKNOWN, WHOLE, World

ROOT = Path(__file__).parents[2]
LANGUAGES = {"py": sys.executable, "mjs": "node"}
NOBODY = "00000000-0000-4000-8000-00000000ffff"


@dataclass(frozen=True)
class Ran:
    """What a program printed, line by line, and its exit code."""

    code: int
    lines: list[str]
    error: str


Run = Callable[..., Ran]


@pytest.fixture(params=LANGUAGES)
def run(request: pytest.FixtureRequest, world: World, between: Front, tmp_path: Path) -> Run:
    """Run a program of one of the languages, in a folder of its own, through the fault layer."""
    shutil.copytree(ROOT / "docs/reading", tmp_path / "reading")
    (tmp_path / "node_modules").symlink_to(ROOT / "local/node_modules")

    def program(name: str, *arguments: str, database: str = world.settings["COSMOS_DATABASE"]) -> Ran:
        done = subprocess.run(  # noqa: S603 - our own programs
            [LANGUAGES[request.param], f"reading/{name}.{request.param}", *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "COSMOS_ENDPOINT": between.origin,
                "COSMOS_KEY": world.settings["COSMOS_KEY"],
                "COSMOS_DATABASE": database,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout.splitlines(), done.stderr)

    return program


def said_in(transcripts: ContainerProxy, job: str) -> list[str]:
    """Return the lines that `read` has to print, sorted by recording."""
    return [
        f"{file}\t{turn['offsetInTicks'] // TICKS_PER_SECOND}\t{turn['display']}"
        for file in sorted(files_of(transcripts, job))
        for turn in conversation(transcripts, job, file)
    ]


def by_recording(lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: line.partition("\t")[0])


def recordings(transcripts: ContainerProxy, *jobs: str) -> list[str]:
    """Return the lines that `follow` has to print for the recordings of jobs."""
    return [
        f"recording\t{job}\t{file}\t{len(conversation(transcripts, job, file))} turns"
        for job in jobs
        for file in files_of(transcripts, job)
    ]


def test_the_conversations_of_an_ended_job_are_read(run: Run, transcripts: ContainerProxy) -> None:
    for job in (WHOLE, REPLACED):
        ran = run("read", job)
        assert ran.code == 0, ran.error
        assert by_recording(ran.lines) == said_in(transcripts, job)
    assert len(ran.lines) > 1000


@pytest.mark.parametrize(
    ("job", "words"),
    [(PENDING, "has not ended: pending"), (INGESTING, "has not ended: ingesting"), (NOBODY, "not known")],
)
def test_a_job_that_has_not_ended_is_not_read(run: Run, job: str, words: str) -> None:
    ran = run("read", job)
    assert (ran.code, ran.lines) == (1, [])
    assert f"{job} " in ran.error
    assert words in ran.error


class Stale:
    """The head of AGAIN as it was before it was replaced more than an hour ago: its parts are gone."""

    def __call__(self, body: bytes) -> bytes:
        """Return the body of the old head."""
        head: dict[str, Any] = json.loads(body)
        head["turns"]["parts"] = [f"gone_{part}" for part in head["turns"]["parts"]]
        return json.dumps({**head, "_etag": '"before"'}).encode()


def test_a_head_that_is_replaced_meanwhile_is_read_again(run: Run, between: Front, transcripts: ContainerProxy) -> None:
    stale = Rule(Changed(Stale()), method="GET", target="/docs/transcript", times=1)
    between.rules.append(stale)
    assert by_recording(run("read", REPLACED).lines) == said_in(transcripts, REPLACED)
    assert stale.met == 1
    assert sum("/docs/gone_" in each.target for each in between.asked) > 0


class Erased:
    """The tombstone that takes the place of a head."""

    def __call__(self, body: bytes) -> bytes:
        """Return the body of the tombstone."""
        head: dict[str, Any] = json.loads(body)
        kept = {name: head[name] for name in ("id", "jobId", "fileId", "run")}
        return json.dumps({**kept, "type": "forgotten", "_etag": '"erased"'}).encode()


def test_a_recording_that_is_erased_while_it_is_read_is_passed_over(
    run: Run, between: Front, transcripts: ContainerProxy
) -> None:
    between.rules += [
        Rule(Changed(change), method="GET", target="/docs/transcript", times=1) for change in (Stale(), Erased())
    ]
    ran = run("read", REPLACED)
    assert ran.code == 0, ran.error
    first, *others = files_of(transcripts, REPLACED)
    assert {line.partition("\t")[0] for line in ran.lines} == {*others}
    assert first not in others


def test_a_follower_is_told_of_what_was_erased(run: Run, cosmos: Cosmos) -> None:
    name = f"erased-{new_name()}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    database = connect(cosmos.endpoint, cosmos.key, name)
    tombstone = {"type": "forgotten", "schemaVersion": 1, "run": 1, "forgottenAt": "2026-11-02T09:02:17.000000Z"}
    database.get_container_client("jobs").create_item({**tombstone, "id": NOBODY, "status": "forgotten"})
    file = {**tombstone, "id": "transcript", "jobId": NOBODY, "fileId": "f1"}
    database.get_container_client("transcripts").create_item(file)
    ran = run("follow", "memory.json", database=name)
    assert (ran.code, ran.lines) == (0, [f"erased\t{NOBODY}\tf1", f"erased\t{NOBODY}\tthe whole job"]), ran.error
    ran = run("read", NOBODY, database=name)
    assert (ran.code, ran.lines) == (1, [])
    assert f"{NOBODY} was erased: 2026-11-02T09:02:17.000000Z" in ran.error


def test_a_part_that_is_missing_under_the_same_head_is_an_error(
    run: Run, between: Front, transcripts: ContainerProxy
) -> None:
    head = transcripts.read_item("transcript", [REPLACED, AGAIN.id])
    missing = Rule(Answer(404), method="GET", target=f"/docs/{head['turns']['parts'][0]}")
    between.rules.append(missing)
    ran = run("read", REPLACED)
    assert ran.code == 1
    assert missing.met > 0
    assert not any(line.startswith(AGAIN.id) for line in ran.lines)


def test_a_follower_sees_each_complete_recording_and_each_ended_job_and_then_only_what_is_new(
    run: Run, world: World, transcripts: ContainerProxy
) -> None:
    everything = recordings(transcripts, WHOLE, INGESTING, MOVING, REPLACED)
    first = run("follow", "memory.json")
    assert first.code == 0, first.error
    seen = [line for line in first.lines if line.startswith("recording")]
    assert sorted(seen) == sorted(everything)
    ended = {line.split("\t")[1]: line.split("\t")[2] for line in first.lines if line.startswith("job")}
    assert ended.items() >= {(WHOLE, "completed"), (FAILED, "failed"), (UNKNOWN, "notFound"), (REPLACED, "completed")}
    assert PENDING not in ended
    assert run("follow", "memory.json").lines == []
    world.write_anew(new_name())
    after = run("follow", "memory.json").lines
    assert sorted(line for line in after if line.startswith("recording")) == sorted(recordings(transcripts, REPLACED))
    assert f"job\t{REPLACED}\tcompleted" in after


def test_a_follower_continues_where_only_one_physical_partition_has_documents(run: Run, cosmos: Cosmos) -> None:
    name = f"one-{new_name()}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    jobs = connect(cosmos.endpoint, cosmos.key, name).get_container_client("jobs")
    first = next(iter(jobs.read_feed_ranges()))
    ids = (f"job{number}" for number in range(100))
    job = next(each for each in ids if jobs.is_feed_range_subset(first, jobs.feed_range_from_partition_key(each)))
    jobs.create_item({"id": job, "type": "job", "status": "completed", "endedAt": "2026-11-02T09:02:17.000000Z"})
    for lines in ([f"job\t{job}\tcompleted"], [], []):
        ran = run("follow", "memory.json", database=name)
        assert (ran.code, ran.lines) == (0, lines), ran.error


def test_a_follower_that_fails_sees_the_same_changes_again(
    run: Run, between: Front, transcripts: ContainerProxy
) -> None:
    part = transcripts.read_item("transcript", [REPLACED, AGAIN.id])["turns"]["parts"][0]
    failing = Rule(Answer(400), method="GET", target=f"/docs/{part}", times=1)
    between.rules.append(failing)
    assert run("follow", "memory.json").code != 0
    assert failing.met == 1
    again = run("follow", "memory.json")
    assert again.code == 0, again.error
    assert set(recordings(transcripts, REPLACED)) <= set(again.lines)
