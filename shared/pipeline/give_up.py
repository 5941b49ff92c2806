"""A file is given up: why is written where the file's readers and operators look."""

from shared.domain.documents import FAILURE_ID, FileFailure, utc
from shared.domain.messages import FetchFile, encode
from shared.domain.split import FileKey
from shared.pipeline.ingest import Ingest
from shared.pipeline.signals import Log, Signal

log = Log(__name__)


def give_up(  # noqa: PLR0913 - the failure's own properties
    ingest: Ingest, message: FetchFile, code: str, words: str, *, attempts: int, raw: str | None
) -> None:
    """Write the file's failure, unless what the message asks for is in, or a later run has given up the file too."""
    if ingest.is_in_after_all(message):
        return
    recorded = ingest.transcripts.failure(FileKey(message.job_id, message.file_id))
    if recorded is not None and recorded.run > message.run:
        return
    log.error(
        "job %s file %s: given up: %s: %s",
        *(message.job_id, message.file_id, code, words),
        signal=Signal.GIVEN_UP,
        attempt=attempts,
        error=code,
    )
    ingest.transcripts.put_failure(
        FileFailure(
            id=FAILURE_ID,
            job_id=message.job_id,
            file_id=message.file_id,
            run=message.run,
            kind=message.kind,
            name=message.name,
            code=code,
            message=words,
            attempts=attempts,
            raw=raw,
            failed_at=utc(ingest.clock.now()),
            queue_message=encode(message),
        )
    )
    # Another delivery of the same message may have written the head meanwhile, after it looked for a failure.
    ingest.is_in_after_all(message)
