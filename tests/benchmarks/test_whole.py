"""The benchmark of the whole way: the plain client sends the app's requests, and the host obeys the settings."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

from benchmarks.bench import whole_plain as plain
from benchmarks.bench.hostlog import files_in, invocations, most_at_once
from benchmarks.bench.stack import NEVER, NO_LIMIT, AtOnce, Bench, Pages, bench, of_host_json, put_job
from benchmarks.bench.whole_profile import COMPUTING, REST, WAITING, Clock, stage
from local.faults import Exchange, FaultLayer, Moment
from local.host.settings import load_host_json, load_local_settings
from local.samples.generate import GeneratedResult
from local.stack import REPOSITORY

FILES = 9
PER_MESSAGE = 4
LARGE = 4_000_000
"""Bytes of a file whose documents need more than one batch."""


class Asked(NamedTuple):
    """The requests that arrived at the services, and the bytes of their bodies."""

    requests: Counter[tuple[str, str, str]]
    size: Counter[str]


class Watched(NamedTuple):
    """A bench whose services count what arrives at them."""

    made: Bench
    asked: Asked


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    asked = Asked(Counter(), Counter())

    def watch(exchange: Exchange, moment: Moment) -> None:
        if moment is Moment.BEFORE:
            container = exchange.target.split("/")[2] if exchange.service == "blob" else ""
            asked.requests[exchange.service, exchange.method, container] += 1
            asked.size[exchange.service] += len(exchange.body)

    with FaultLayer() as layer:

        def front(service: str, origin: str) -> str:
            made = layer.front(service, origin)
            made.watch = watch
            return made.origin

        with bench({"POLL_SCHEDULE": NEVER}, front) as made:
            made.speech.configure(NO_LIMIT)
            yield Watched(made, asked)


@pytest.fixture(scope="module")
def pages(watched: Watched) -> Pages:
    content = b"".join(GeneratedResult(hours=1, channels=2, display_words=True, indent=0))
    assert len(content) > LARGE
    return put_job(watched.made, content, FILES, PER_MESSAGE)


@pytest.fixture(scope="module")
def recipe(watched: Watched, pages: Pages) -> plain.Recipe:
    return plain.record(watched.made, pages)


def by_the_app(watched: Watched, pages: Pages) -> Asked:
    """Let the app fetch all messages, after one file with which its clients connect; return what arrived."""
    watched.made.empty_database(pages.job)
    app, (first, *_) = watched.made.app(), pages.messages
    app.transcripts.outcomes(pages.job.id, [first.files[0].id])
    app.jobs.get(pages.job.id)
    return _arrived(watched, lambda: [app.fetch_results(message, 1) for message in pages.messages])


def by_the_plain_client(watched: Watched, pages: Pages, recipe: plain.Recipe) -> Asked:
    """Let the plain client send the requests of all messages; return what arrived."""
    watched.made.empty_database(pages.job)
    return _arrived(watched, lambda: plain.run(recipe, pages.messages, 2))


def _arrived(watched: Watched, do: Any) -> Asked:  # noqa: ANN401 - it is only called
    watched.asked.requests.clear()
    watched.asked.size.clear()
    do()
    return Asked(watched.asked.requests.copy(), watched.asked.size.copy())


def test_the_plain_client_sends_the_requests_and_the_bytes_of_the_app(
    watched: Watched, pages: Pages, recipe: plain.Recipe
) -> None:
    ours, theirs = by_the_app(watched, pages), by_the_plain_client(watched, pages, recipe)
    assert ours.requests == theirs.requests
    # Only the query of a message names its own files, and the recorded message has one more than the average.
    assert ours.size["blob"] == theirs.size["blob"] > 0
    assert ours.size["cosmos"] == pytest.approx(theirs.size["cosmos"], rel=0.001)


def test_a_file_takes_one_read_of_its_content_one_upload_and_three_requests_to_cosmos_db(recipe: plain.Recipe) -> None:
    requests = Counter(each.kind for each in recipe.file)
    assert requests == {"contents": 1, "raw archive": 1, "Cosmos DB": 3}, "two batches, the failure"
    assert Counter(each.kind for each in recipe.message) == {"Speech": 1, "Cosmos DB": 2}


def test_the_plain_client_stops_at_a_refusal(watched: Watched, pages: Pages, recipe: plain.Recipe) -> None:
    watched.made.empty_database(pages.job)
    plain.run(recipe, pages.messages[:1], 1)
    with pytest.raises(plain.PlainFailed, match="207"):  # a batch of which an operation failed
        plain.run(recipe, pages.messages[:1], 1)


def test_a_message_has_the_files_that_it_is_given(pages: Pages) -> None:
    assert [len(each.files) for each in pages.messages] == [4, 4, 1]
    assert len({file.id for each in pages.messages for file in each.files}) == FILES


def test_the_settings_of_a_run_override_host_json() -> None:
    settings = AtOnce(3, 2).settings
    queues = load_host_json(REPOSITORY, settings).extensions.queues
    assert (queues.batch_size, queues.threshold) == (3, 2)
    assert load_local_settings(settings).threads == 5
    unchanged = load_host_json(REPOSITORY, {}).extensions.queues
    assert of_host_json() == (unchanged.batch_size, unchanged.threshold)


LINES = """\
2026-11-29 09:40:10,000 INFO shared.pipeline.ingest: job j1 file f1: in, 20 phrases, 300 bytes {"signal":"written"}
2026-11-29 09:40:12,500 INFO host.invoke: Executed 'fetch_results' (Succeeded, Id=a, Duration=2500ms)
2026-11-29 09:40:13,000 INFO host.invoke: Executed 'poll_jobs' (Succeeded, Id=b, Duration=100ms)
2026-11-29 09:40:13,500 INFO host.invoke: Executed 'fetch_results' (Succeeded, Id=c, Duration=2000ms)
2026-11-29 09:40:15,000 INFO host.invoke: Executed 'fetch_results' (Succeeded, Id=d, Duration=1500ms)
"""


def test_the_log_tells_when_files_were_in_and_invocations_ran() -> None:
    (file,) = files_in(LINES)
    done = invocations(LINES, "fetch_results")
    assert file.job == "j1"
    assert [round(each.ended - file.at, 3) for each in done] == [2.5, 3.5, 5.0]
    assert [round(each.ended - each.began, 3) for each in done] == [2.5, 2.0, 1.5]
    assert most_at_once(done) == 2, "the third began when the second ended"


def test_each_rule_of_the_profile_names_files_that_exist() -> None:
    for beginning, _ in (*COMPUTING, *WAITING):
        assert beginning.startswith("/azure/") or any(
            str(path.relative_to(REPOSITORY)).startswith(beginning) for path in _sources()
        ), beginning


def _sources() -> list[Path]:
    return [*(REPOSITORY / "shared").rglob("*.py")]


def _frame(*files: str) -> FrameType:
    """Return the innermost frame of calls through these files."""
    found: list[FrameType] = []
    call: Any = lambda: found.append(sys._getframe(1))  # noqa: E731, SLF001 - frames are what is tested
    for file in reversed(files):
        code = compile("def run(call):\n    call()", file, "exec")
        space: dict[str, Any] = {}
        exec(code, space)  # noqa: S102 - the line above
        call = partial(space["run"], call)
    call()
    return found[0]


def test_a_program_is_at_the_stage_of_its_innermost_known_file() -> None:
    ingest, cosmos = (str(REPOSITORY / "shared" / each) for each in ("pipeline/ingest.py", "adapters/cosmos/client.py"))
    assert stage(_frame(ingest, cosmos, "/lib/tenacity/retry.py"), COMPUTING) == "SDK of Cosmos DB"
    assert stage(_frame(ingest, cosmos, "/lib/azure/cosmos/a.py", "/lib/http/client.py"), WAITING) == "Cosmos DB"


def test_gzip_and_the_sdk_of_blob_storage_are_told_apart() -> None:
    blob = str(REPOSITORY / "shared/adapters/blob.py")
    assert stage(_frame(blob), COMPUTING) == "gzip"
    assert stage(_frame(blob, "/lib/azure/storage/blob/client.py", "/lib/ssl.py"), COMPUTING) == "SDK of Blob storage"


def test_code_outside_of_all_rules_is_the_rest() -> None:
    frame = _frame(str(REPOSITORY / "shared/pipeline/ingest.py"))
    assert (stage(frame, COMPUTING), stage(frame, WAITING)) == (REST, REST)


def test_each_look_counts_what_the_thread_has_computed_since_the_last_one() -> None:
    began = time.thread_time()
    clock = Clock()
    while (now := time.thread_time() - began) < 0.02:
        clock.look(_frame(str(REPOSITORY / "shared/adapters/blob.py")))
    assert clock.shares.computing.keys() == {"gzip"}
    assert 0 < clock.shares.computing["gzip"] <= now
