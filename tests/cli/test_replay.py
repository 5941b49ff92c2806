"""`replay`: the message that it sends; and how `submit` preserves the property `replay`."""

import json

from tests.cli.conftest import Run, World

JOB = "00000000-0000-4000-8000-0000000000a1"
OTHER = "00000000-0000-4000-8000-0000000000a2"


def enqueued(world: World) -> list[str]:
    with world.queue() as queue:
        return sorted(message.content for message in queue.receive_messages(max_messages=32))


def test_replay_enqueues_ids_and_urls_with_the_property_replay(run: Run, here: World) -> None:
    ran = run("replay", JOB.upper(), f"https://any.example/speechtotext/v3.2/transcriptions/{OTHER}")
    wanted = [f'{{"id":"{job}","replay":true}}' for job in (JOB, OTHER)]
    assert ran.out.splitlines() == [f"enqueued {message}" for message in wanted]
    assert enqueued(here) == wanted


def test_replay_names_all_invalid_ids_and_enqueues_nothing(run: Run, here: World) -> None:
    ran = run("replay", JOB, "one", "two")
    assert (ran.code, ran.out) == (2, "")
    assert "'one'" in ran.error
    assert "'two'" in ran.error
    assert enqueued(here) == []


def test_submit_keeps_replay_of_a_json_message(run: Run, here: World) -> None:
    run("submit", json.dumps({"id": JOB, "replay": True}))
    assert [json.loads(text) for text in enqueued(here)] == [{"id": JOB, "replay": True}]
    run("submit", json.dumps({"id": JOB, "replay": True}), "--reprocess")
    assert [json.loads(text) for text in enqueued(here)] == [{"id": JOB, "replay": True, "reprocess": True}]
