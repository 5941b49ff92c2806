"""Reads recordings of a job for output: heads with names, and their parts when they are needed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from shared.adapters.cosmos.of_job import name_of
from shared.adapters.cosmos.stored import decoded
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.erased import erased_file, erased_job
from shared.cli.reader import Reader, Stored
from shared.cli.selecting import file_of, job_of, titles_of
from shared.cli.terminal.output import print_note, print_set_aside
from shared.cli.terminal.text import shown
from shared.domain.documents import FileKey, ResultPart, Transcript
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.job import Job
from shared.errors import NotFound, Unreadable, WrongUsage
from shared.rendering.names import Names, Naming, namings_of_csv, namings_of_job
from shared.rendering.recording import Parts, Recording

_LISTED = 20
"""How many recordings are listed at most, if a command takes only one."""

_KEPT_PARTS = 8
"""Parts that stay in memory, 64 KiB of JSON each. The last sections of several tracks share a part."""


class Recordings:
    """The recordings of a job that are in. `set_aside`: how many heads could not be read and were left out.

    `erased`: the tombstones of recordings that were erased. `job` and `file` name them as selecting.py says; without
    `file` all recordings are meant.
    """

    def __init__(self, app: App, job: str, file: str | None, names_file: Path | None) -> None:
        first = [] if names_file is None else read_names(names_file)
        self.set_aside = 0
        self._reader = Reader(app.database, self._tell)
        self._job_id = job_id = job_of(app, job)
        file_id = file_of(self._reader, job_id, file) if file else None
        found = self._job(app, job_id)
        stored = found if isinstance(found, Job) else None
        self._names = Names(first, namings_of_job(stored.custom_properties if stored else None))
        self._job_name = stored.display_name if stored else None
        files = self._reader.files(job_id, file_id)
        self.heads, self.erased = files.heads, files.erased
        if not self.heads:
            if isinstance(found, ForgottenJob):
                raise erased_job(found)
            if self.erased and not self.set_aside:
                raise erased_file(self.erased[-1])
            which = f"no recording {file_id}" if file_id else "no recording"
            raise advised(
                NotFound(f"job {job_id} has {which} in the database that can be read"), f"speech2cosmos show {job_id}"
            )

    def only(self, otherwise: str = "") -> Transcript:
        """Return the head of the only recording. `otherwise`: what else a user can do if there are several.

        Raises WrongUsage if there are.
        """
        head, *others = self.heads
        if others:
            for each in self.heads[:_LISTED]:
                print_note("  ".join(map(shown, (each.file_id, *titles_of(each)))))
            raise advised(
                WrongUsage(f"job {self._job_id} has {len(self.heads)} recordings"),
                f"the beginning of one id, or its name{otherwise}",
            )
        return head

    def recording(self, head: Transcript) -> Recording:
        """Return the recording of a head."""
        return Recording(head, parts_of(self._reader, head), self._names, job_name=self._job_name)

    def _job(self, app: App, job_id: str) -> StoredJob | None:
        """Return the job's document, which only adds names; None if there is none that can be read."""
        try:
            return app.jobs.find(job_id)
        except Unreadable as error:
            print_set_aside(error)
            return None

    def _tell(self, error: Unreadable) -> None:
        self.set_aside += 1
        print_set_aside(error)


def parts_of(reader: Reader, head: Transcript) -> Parts:
    """Return how to read the head's parts.

    It raises Unreadable, NotFound for a part that is gone, and Erased if the recording was erased meanwhile.
    """
    key = FileKey(head.job_id, head.file_id)

    @lru_cache(_KEPT_PARTS)
    def part(name: str) -> ResultPart:
        try:
            (item,) = reader.parts(key, [name])
        except NotFound as error:
            with suppress(Unreadable):
                reader.head(key)  # raises Erased, and NotFound if the whole recording is gone
            words = f"part {name} of file {head.file_id} is gone: the file was written anew meanwhile"
            raise advised(NotFound(words), "the same command again") from error
        return decoded(_as_part(item), ResultPart, name_of(item))

    def parts(names: Sequence[str]) -> Iterator[ResultPart]:
        return map(part, names)

    return parts


def _as_part(item: Stored) -> Stored:
    """Return a part as today's writer would write it. Before version 4 a part had one kind of content and its type."""
    match item.get("type"):
        case "track":
            track = {name: item.get(name) for name in ("channel", "speaker", "phrases")}
            return {**item, "type": "part", "tracks": [track], "combined": [], "turns": []}
        case "turns":
            return {**item, "type": "part", "tracks": [], "combined": []}
        case _:
            return item


def read_names(file: Path) -> list[Naming]:
    """Return the names in a CSV file. Raises WrongUsage, with the file's name and the line."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return namings_of_csv(lines)
    except (OSError, UnicodeDecodeError, WrongUsage) as error:
        raise WrongUsage(f"{file}: {error}") from error
