"""What commands say of a job or a recording that was erased. Its documents are tombstones (docs/decisions/0062)."""

from shared.cli.advice import advised
from shared.cli.terminal.times import local_time
from shared.domain.forgotten import ForgottenFile, ForgottenJob
from shared.errors import Erased


def erased_job(tombstone: ForgottenJob) -> Erased:
    """Return the error of a command that asks for an erased job."""
    return Erased(f"job {tombstone.id} was erased on request at {local_time(tombstone.forgotten_at)}")


def erased_file(tombstone: ForgottenFile, advice: str | None = None) -> Erased:
    """Return the error of a command that asks for an erased recording. `advice`: what the user can do instead."""
    which = f"recording {tombstone.file_id} of job {tombstone.job_id}"
    words = f"{which} was erased on request at {local_time(tombstone.forgotten_at)}"
    return advised(Erased(words), advice or f"`speech2cosmos show {tombstone.job_id}`, which lists the others")
