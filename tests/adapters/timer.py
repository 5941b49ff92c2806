"""The timer over a real database, for the tests of unreadable documents and strays."""

from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import utc
from shared.domain.job import FileCounts, Job, ReportSummary, Status
from shared.domain.patience import Patience
from shared.pipeline.poll import PollJobs
from shared.pipeline.settle import SettleJobs
from shared.pipeline.tick import Tick
from tests.adapters.documents import head, new_job, new_key, part
from tests.pipeline.fake_speech import FakeSpeech, SpeechJob
from tests.pipeline.fakes import FakeClock
from tests.pipeline.script import Script

GET_LIMIT = 3

REPORT = ReportSummary(1, 0, [], "report", "r1", [], None, 1)
"""The report counts one transcription, so a job with one file is complete."""


class Timer:
    """The timer over a real database, with Speech in memory."""

    def __init__(self, database: DatabaseProxy) -> None:
        self.clock = clock = FakeClock()
        self.container = database.get_container_client("jobs")
        for item in self.container.query_items("SELECT c.id FROM c", enable_cross_partition_query=True):
            self.container.delete_item(item["id"], item["id"])
        self.jobs, self.transcripts = CosmosJobs(database, None), CosmosTranscripts(database, None)
        self.speech = FakeSpeech(Script())
        self.poll = PollJobs(self.jobs, self.speech, clock, Patience(), GET_LIMIT)
        self.settle = SettleJobs(self.jobs, self.transcripts, clock, Patience())

    def tick(self) -> set[str]:
        """Run the timer once; return the ids of the jobs that it lists."""
        return {message.job_id for message in Tick(self.jobs, self.clock, self.poll, self.settle)()}

    def pending(self, status: str = "Succeeded", **changes: object) -> Job:
        """Add a due job that has this status at Speech."""
        early = utc(self.clock.now())
        times = {"accepted_at": early, "polled_at": early, "next_poll_at": early}
        job = new_job(**{"poll_count": 1, **times, **changes})
        self.jobs.create(job)
        self.speech.add(SpeechJob(job.id, [status], ended=self.clock.now()))
        return job

    def whole(self) -> Job:
        """Add a job whose only file is in."""
        early = utc(self.clock.now())
        job = new_job(
            status=Status.INGESTING, accepted_at=early, moved_at=early, files=FileCounts(expected=1), report=REPORT
        )
        self.jobs.create(job)
        key = new_key(job)
        self.transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1", parts=1), None)
        return job

    def status(self, job: Job) -> Status:
        """Return the job's status."""
        found = self.jobs.get(job.id)
        assert found is not None
        return found.status
