"""`forget` erases a job or a recording everywhere, and leaves tombstones."""

import msgspec

from shared.domain.documents import FileKey
from shared.domain.enqueued import decode_enqueued
from shared.domain.forgotten import ForgottenJob
from shared.domain.job import FailedFile, FileCounts
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, decode_work
from tests.cli.conftest import Run
from tests.cli.erase.conftest import AUDIO, WORDS, Stored
from tests.cli.given import JOB, OTHER, Given
from tests.cli.terminals import on_terminal


def test_a_whole_job_leaves_tombstones_and_nothing_else(run: Run, stored: Stored) -> None:
    ran = run("forget", stored.job_id, "--yes")
    assert (ran.code, ran.advice) == (0, ()), ran
    job = stored.job()
    assert {name for name in job if not name.startswith("_")} == {
        *("id", "type", "schemaVersion", "status", "run", "forgottenAt")
    }
    assert (job["type"], job["status"], job["run"]) == ("forgotten", "forgotten", 1)
    first, second, _ = stored.files
    tombstones = {row["fileId"]: row for row in stored.documents()}
    assert tombstones.keys() == {first, second}, "the report is no recording"
    for row in tombstones.values():
        assert {name for name in row if not name.startswith("_")} == {
            *("id", "type", "schemaVersion", "jobId", "fileId", "run", "forgottenAt")
        }
        assert (row["id"], row["type"], row["run"]) == ("transcript", "forgotten", 1)
        assert row["forgottenAt"] == job["forgottenAt"]
    assert stored.blobs() == []
    everything = stored.everything()
    for words in (WORDS, "other.wav", "lost.wav", "calls"):
        assert words not in everything
    assert everything.count(stored.job_id) == 3, "the job's tombstone, and those of two recordings"
    assert stored.given.app.speech.transcription(stored.job_id) is not None, "without --speech"


def test_of_a_file_only_what_is_about_it_goes(run: Run, stored: Stored) -> None:
    first, second, report = stored.files
    before = {row["id"]: row for row in stored.documents(second)}
    blobs = [name for name in stored.blobs() if f"/{second}/" in name]
    ran = run("forget", stored.job_id, first.upper(), "--yes")
    assert (ran.code, ran.advice) == (0, ()), ran
    (tombstone,) = stored.documents(first)
    assert (tombstone["id"], tombstone["type"]) == ("transcript", "forgotten")
    assert {row["id"]: row for row in stored.documents(second)} == before
    assert stored.blobs() == blobs, "the raw report names all recordings, so it goes too"
    assert WORDS not in stored.everything()
    job = stored.job()
    assert (job["type"], job["status"], job["displayName"]) == ("job", "completedWithErrors", "calls")
    assert job["forgottenAt"] == tombstone["forgottenAt"]
    assert job["report"]["raw"] is None
    assert [row["source"] for row in job["report"]["failures"]] == [f"{AUDIO}lost.wav"]
    (part,) = stored.documents(report)
    assert [row["source"] for row in part["details"]] == [f"{AUDIO}other.wav", f"{AUDIO}lost.wav"]


def test_of_a_file_that_was_erased_before_no_other_row_of_the_report_goes(run: Run, stored: Stored) -> None:
    first, second, report = stored.files
    stored.container("transcripts").delete_item("transcript", [stored.job_id, second])  # so no head has its source
    for _ in range(2):
        assert run("forget", stored.job_id, first, "--yes").code == 0
        (part,) = stored.documents(report)
        assert [row["source"] for row in part["details"]] == [f"{AUDIO}other.wav", f"{AUDIO}lost.wav"]


def test_messages_about_others_stay_and_are_visible_at_once(run: Run, stored: Stored) -> None:
    run("forget", stored.job_id, "--yes")
    for name, texts in stored.visible().items():
        if name == JOBS_QUEUE:
            assert [each.job_id for each in decode_enqueued(texts[0].encode())] == [OTHER]
        elif name == f"{JOBS_QUEUE}-poison":
            assert texts == []
        else:
            assert [decode_work(text.encode()).job_id for text in texts] == [OTHER], name


def test_of_a_page_the_other_files_stay(run: Run, stored: Stored) -> None:
    first, second, _ = stored.files
    run("forget", stored.job_id, first, "--yes")
    for name in (RESULTS_QUEUE, f"{RESULTS_QUEUE}-poison"):
        named = [msgspec.to_builtins(decode_work(text.encode())) for text in stored.visible()[name]]
        assert sorted(each["jobId"] for each in named) == sorted([OTHER, stored.job_id])
        assert [each["files"] for each in named if "files" in each] == [
            [{"id": second, "kind": "Transcription", "name": "other"}]
        ]
    assert len(stored.visible()[JOBS_QUEUE]) == 1


def test_a_rejected_array_keeps_the_other_jobs(run: Run, stored: Stored) -> None:
    run("forget", stored.job_id, "--yes")
    (rejected,) = stored.given.app.jobs.rejected()
    assert rejected.message == f'["{OTHER}","nonsense"]'
    assert (rejected.code, rejected.entry, rejected.entry_index) == ("InvalidMessage", '"nonsense"', 1)
    ran = run("retry", rejected.id, "--dry-run")
    assert ran.code == 0, "its id is the hash of its text, so it can be sent again"


def test_with_speech_the_transcription_goes_too(run: Run, stored: Stored) -> None:
    ran = run("forget", stored.job_id, "--speech", "--yes")
    assert ran.code == 0
    assert stored.given.app.speech.transcription(stored.job_id) is None
    assert "at Speech" in ran.out
    assert "the transcription" not in ran.out.partition("What remains elsewhere")[2]
    again = run("forget", stored.job_id, "--speech", "--yes")
    assert again.code == 0


def test_the_same_command_again_finds_nothing_and_says_when_it_was_erased(run: Run, stored: Stored) -> None:
    run("forget", stored.job_id, "--yes")
    job = stored.job()
    ran = run("forget", stored.job_id)
    assert ran.code == 0, "there is nothing to ask"
    assert "  erased        before, at " in ran.out
    assert stored.job() == job, "nothing was written"
    first, *_ = stored.files
    again = run("forget", stored.job_id, first)
    assert again.code == 0
    assert stored.documents(first)[0]["forgottenAt"] == job["forgottenAt"]


def test_dry_run_counts_and_changes_nothing(run: Run, stored: Stored) -> None:
    before = stored.everything()
    ran = run("forget", stored.job_id, "--dry-run")
    assert ran.code == 0
    assert "1 job, 2 heads, 10 parts, 1 part of the report, 2 failures" in ran.out
    assert ran.error.endswith("nothing was erased\n")
    assert stored.everything() == before
    of_file = run("forget", stored.job_id, stored.files[0], "--dry-run")
    assert "1 head, 5 parts, 1 failure" in of_file.out
    assert "1 row" in of_file.out


def test_files_of_a_job_without_a_document_are_erased_and_the_job_is_known_as_erased(run: Run, given: Given) -> None:
    given.file("f1", OTHER, run=3)
    assert run("forget", OTHER, "--yes").code == 0
    (file,) = given.app.transcripts.items(OTHER)
    assert (file["id"], file["type"], file["run"]) == ("transcript", "forgotten", 3)
    job = given.app.jobs.find(OTHER)
    assert isinstance(job, ForgottenJob)
    assert (job.run, job.forgotten_at) == (3, file["forgottenAt"])


def test_a_file_that_was_given_up_is_erased_from_the_jobs_document_too(run: Run, given: Given) -> None:
    lost = [FailedFile(name, f"{WORDS}.json", "GivenUp", WORDS) for name in ("f1", "f2")]
    given.job(files=FileCounts(expected=2, failed=2, failures=lost))
    given.file("f1", name=WORDS)
    assert run("forget", JOB, "f1", "--yes").code == 0
    job = given.app.jobs.get(JOB)
    assert job is not None
    assert [each.file_id for each in job.files.failures] == ["f2"]
    assert [row["type"] for row in given.app.transcripts.items(JOB)] == ["forgotten"]


def test_a_document_of_the_job_that_cannot_be_read_is_not_touched(run: Run, given: Given) -> None:
    given.job()
    jobs = given.app.database.get_container_client("jobs")
    jobs.upsert_item(dict(jobs.read_item(JOB, JOB)) | {"schemaVersion": 99})
    ran = run("forget", JOB, "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.advice == ("correct or delete that document in the data explorer, then the same command",)


def test_on_a_terminal_it_asks_and_only_yes_erases(stored: Stored) -> None:
    environment = {**stored.given.settings, "NO_COLOR": "1"}
    nothing = "nothing was erased"
    for typed, code, said in (("n\n", 1, nothing), ("\n", 1, nothing), ("y\n", 0, "verified:")):
        ended, got = on_terminal("forget", stored.job_id, environment=environment, columns=120, typed=typed)
        assert (ended, said in got) == (code, True), got
        assert f"Erase job {stored.job_id} for good, in these accounts? [y/N] " in got
        assert f"database {stored.given.settings['COSMOS_DATABASE']}" in got
        assert (stored.job()["type"] == "forgotten") == (code == 0)


def test_a_job_that_starts_over_comes_back_only_by_reprocess(run: Run, stored: Stored) -> None:
    given, key = stored.given, FileKey(stored.job_id, stored.files[0])
    run("forget", stored.job_id, "--yes")
    given.app.accept_job(stored.job_id.encode())
    given.work()
    assert stored.job()["type"] == "forgotten"
    assert [row["type"] for row in stored.documents(key.file_id)] == ["forgotten"]
