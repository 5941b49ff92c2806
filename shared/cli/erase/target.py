"""What shall be erased: a job, or one file of it. Only whole ids are taken."""

import re
from dataclasses import dataclass
from functools import cached_property

from shared.cli.advice import advised
from shared.cli.ids import job_id_of
from shared.domain.documents import FileKey
from shared.domain.speech_urls import FILE_ID_PATTERN
from shared.errors import InvalidMessage, WrongUsage

_WHY = "only a whole id is erased, because a beginning or a name may fit another one by now"
_FILE_ID = re.compile(FILE_ID_PATTERN)


@dataclass(frozen=True)
class Target:
    """A job, or with `file_id` one file of it."""

    job_id: str
    file_id: str | None = None

    @property
    def owner(self) -> str | FileKey:
        """The job's id, or the file's key, as queries of `transcripts` take it."""
        return FileKey(self.job_id, self.file_id) if self.file_id else self.job_id

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"job {self.job_id}" + (f" file {self.file_id}" if self.file_id else "")

    @property
    def blobs(self) -> str:
        """The beginning of the names of its raw results (pipeline/ingest.py makes the names)."""
        return "/".join([self.job_id, *([self.file_id] if self.file_id else []), ""])

    def is_named_in(self, text: str) -> bool:
        """Return whether a text has the id of the job and, for a file, also that of the file, in any case."""
        return all(pattern.search(text) for pattern in self._patterns)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        ids = [self.job_id, *([self.file_id] if self.file_id else [])]
        # An id of a file may be a part of another one.
        return [re.compile(rf"(?<![\w-]){re.escape(each)}(?![\w-])", re.IGNORECASE) for each in ids]


def target_of(job: str, file: str | None) -> Target:
    """Return what two whole ids name; the job's may be its URL. Raises WrongUsage for a beginning or a name."""
    try:
        job_id = job_id_of(job)
    except InvalidMessage:
        raise advised(
            WrongUsage(f"{job.strip()[:80]!r} is no whole id of a job: {_WHY}"), "speech2cosmos jobs"
        ) from None
    if file is None:
        return Target(job_id)
    file_id = file.strip().lower()
    if not _FILE_ID.fullmatch(file_id):
        raise not_whole(Target(job_id), file)
    return Target(job_id, file_id)


def not_whole(job: Target, file: str) -> WrongUsage:
    """Return the error for a text that is no whole id of a file of the job."""
    words = f"{file.strip()[:80]!r} is no whole id of a file of job {job.job_id}: {_WHY}"
    return advised(WrongUsage(words), f"speech2cosmos show {job.job_id}")
