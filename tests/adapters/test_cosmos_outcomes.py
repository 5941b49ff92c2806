"""The outcomes of a page's files, by one query on a server of Cosmos DB's protocol."""

from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosTranscripts
from shared.domain.messages import FILES_A_MESSAGE
from shared.domain.stored_files import Outcome
from tests.adapters.documents import failure, head, new_job, new_key, part


def test_outcomes_give_the_runs_of_heads_and_failures_of_the_requested_files(database: DatabaseProxy) -> None:
    transcripts = CosmosTranscripts(database, None)
    job, other = new_job(), new_job()
    written, failed, both, absent, not_asked, of_another = (
        *(new_key(job) for _ in range(5)),
        new_key(other),
    )
    for key, run in ((written, 1), (both, 2), (not_asked, 1), (of_another, 1)):
        transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1", run=run), None)
    for key, run in ((failed, 3), (both, 1)):
        transcripts.put_failure(failure(key, run=run))
    asked = [each.file_id for each in (written, failed, both, absent, of_another)]
    assert transcripts.outcomes(job.id, asked) == {
        written.file_id: Outcome(in_run=1),
        failed.file_id: Outcome(failed_run=3),
        both.file_id: Outcome(in_run=2, failed_run=1),
    }


def test_the_outcomes_of_all_files_of_a_message_are_found(database: DatabaseProxy) -> None:
    transcripts = CosmosTranscripts(database, None)
    job = new_job()
    keys = [new_key(job) for _ in range(FILES_A_MESSAGE)]
    for key in keys:
        transcripts.commit(key, [], head(key, "r1"), None)
    found = transcripts.outcomes(job.id, [key.file_id for key in keys])
    assert found == {key.file_id: Outcome(in_run=1) for key in keys}
