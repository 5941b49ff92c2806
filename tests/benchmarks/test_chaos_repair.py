"""What is deleted by hand comes back, and the scenario says so when it does not."""

from benchmarks.chaos.bench import bench
from benchmarks.chaos.kinds import undisturbed
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.repair.case import Case, ended, row
from benchmarks.chaos.repair.documents import after_its_end
from shared.domain.containers import TRANSCRIPTS


def test_a_part_comes_back_by_replay_and_one_that_does_not_is_told() -> None:
    with bench() as running:
        (kind,) = undisturbed(running, ("partly-failed",))
        mended = after_its_end(running, kind)
        assert mended.clean, mended.note
        assert mended.repaired == 1
        case = Case("a part deleted and not mended", kind, running.copy(kind.spec))
        log_ = HostLog(running)
        running.enqueue(case.spec.id)
        ended(running, [case])
        item = next(each for each in running.app.transcripts.items(case.spec.id) if each["type"] == "track")
        container = running.app.database.get_container_client(TRANSCRIPTS.name)
        container.delete_item(item["id"], [item["jobId"], item["fileId"]])
        case.expect(holds=False, words="seen by hand")
        found = row(running, case, log_, group="test")
        assert (found.lost, found.duplicated, found.repaired) == (2, 0, 0)
        assert "seen by hand" in found.note
        assert "is not there" in found.note
