"""Decides which messages try something again. It reads and prints nothing.

There are three ways. The stored message of a file tries this file, in the run in which it was given up. A message with
`replay` starts an ended job over: files that are in stay, and all others are tried. A message with `reprocess` writes
all files of an ended job anew.
"""

import base64
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from shared.cli.sending import Message
from shared.domain.documents import FileFailure
from shared.domain.job import END_STATES, LISTING_GIVEN_UP, Job, Rejected, Status
from shared.domain.message_text import message_hash, text_of

REJECTED = "rejected_"
"""The id of a rejected message begins with it; the rest is a hash of its queue and text."""


class Refused(NamedTuple):
    """Why something cannot be tried again, and what a user can do about it."""

    words: str
    advice: str


@dataclass
class Plan:
    """What is to be sent. `notes`: what is not sent because there is nothing to do. `refused`: what cannot be done."""

    messages: list[Message] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def add(self, other: "Plan") -> None:
        """Add another plan to this one."""
        self.messages += other.messages
        self.notes += other.notes
        self.refused += other.refused


@dataclass(frozen=True)
class Queues:
    """Names of the app's queues."""

    jobs: str
    results: str


def start_over(job_id: str, queue: str, why: str = "") -> Message:
    """Return the message that starts an ended job over: its files that are in stay, all others are tried."""
    text = msgspec.json.encode({"id": job_id, "replay": True}).decode()
    return Message(queue, text, f"job {job_id} starts over{f': {why}' if why else ''}", job_id)


def rewrite(job_id: str, queue: str) -> Message:
    """Return the message that writes all files of an ended job anew."""
    text = msgspec.json.encode({"id": job_id, "reprocess": True}).decode()
    return Message(queue, text, f"job {job_id}: all its files are written anew", job_id)


def plan_rewrite(job: Job, queues: Queues) -> Plan:
    """Return how the files of a job are written anew."""
    if job.status not in END_STATES:
        words = f"job {job.id} is {job.status}: only a job that has ended is written anew"
        return Plan(refused=[Refused(words, "the same command when `speech2cosmos jobs --watch` ends")])
    return Plan([rewrite(job.id, queues.jobs)])


def plan_job(job: Job, failures: Sequence[FileFailure], missing: Collection[str], queues: Queues) -> Plan:
    """Return how all that is not in of a job is tried again.

    `failures`: its files that were given up. `missing`: the ids of its files whose parts are no longer there.
    """
    if job.status not in END_STATES:
        return _under_way(job, failures, queues)
    why = _why_over(job, missing)
    if why is not None:
        return Plan([start_over(job.id, queues.jobs, why)])
    if failures:
        return plan_files(job, failures, queues)
    if job.status is Status.COMPLETED_WITH_ERRORS:
        if job.files.failed:
            return Plan([start_over(job.id, queues.jobs, f"{job.files.failed} files are not in")])
        lost = (job.report and job.report.failed_transcriptions_count) or 0
        words = f"all of its files are in; {lost} recordings failed at Speech, which alone can try them again"
        return Plan(notes=[f"job {job.id} is {job.status}: {words}"])
    return Plan(notes=[f"job {job.id} is {job.status}: all of its files are in"])


def _why_over(job: Job, missing: Collection[str]) -> str | None:
    """Return why an ended job has to start over, whatever files were given up; None if it does not have to."""
    if missing:
        return f"parts of {len(missing)} files are missing"
    if job.status is Status.FAILED:
        code = f" ({job.failure.code})" if job.failure else ""
        return f"Speech itself failed it{code}, and is asked again"
    if job.failure is not None:
        return job.failure.code
    return None if job.status in {Status.COMPLETED, Status.COMPLETED_WITH_ERRORS} else f"it is {job.status}"


def _under_way(job: Job, failures: Sequence[FileFailure], queues: Queues) -> Plan:
    plan = plan_files(job, failures, queues)
    if not plan.messages or (job.failure is not None and job.failure.code == LISTING_GIVEN_UP):
        plan.notes.append(f"job {job.id} is {job.status}: the app goes on with it by itself")
    return plan


def plan_files(job: Job | None, failures: Iterable[FileFailure], queues: Queues) -> Plan:
    """Return how files of a job that were given up are tried again. `job`: None if it has no document.

    If one file needs it, the whole job starts over, which tries them all.
    """
    plan = Plan()
    for failure in failures:
        name = f"job {failure.job_id} file {failure.file_id}"
        of_this_run = job is None or job.run == failure.run
        if of_this_run and failure.queue_message is not None:
            plan.messages.append(
                Message(queues.results, failure.queue_message, f"{name} ({failure.code})", failure.job_id)
            )
        elif job is None:
            words = f"{name}: its message was not kept, and its job has no document"
            plan.refused.append(Refused(words, f"speech2cosmos submit {failure.job_id}"))
        elif job.status in END_STATES:
            why = "the message of a file was not kept" if of_this_run else f"a file was given up in run {failure.run}"
            return Plan([start_over(job.id, queues.jobs, why)])
        elif of_this_run:
            words = f"{name}: its message was not kept; it can be tried when its job has ended"
            plan.refused.append(Refused(words, "the same command when `speech2cosmos jobs --watch` ends"))
        else:
            plan.notes.append(f"{name} was given up in run {failure.run}: run {job.run} tries it by itself")
    return plan


def plan_listing(job: Job, queues: Queues) -> Plan:
    """Return how the files of a job are listed again, after that was given up."""
    if job.status in END_STATES:
        return Plan([start_over(job.id, queues.jobs, LISTING_GIVEN_UP)])
    return Plan(notes=[f"job {job.id} is {job.status}: its files are listed again by itself"])


def plan_message(rejected: Rejected) -> Plan:
    """Return how a rejected message is sent again."""
    if message_hash(rejected.queue, rejected.message) != rejected.id.removeprefix(REJECTED):
        words = f"{rejected.id}: only the beginning of its message was kept"
        return Plan(refused=[Refused(words, "its sender has to send it again")])
    if not rejected.message:
        words = f"{rejected.id}: its message is empty, so there is nothing to send"
        return Plan(refused=[Refused(words, f"speech2cosmos poison show {rejected.id}")])
    text = rejected.message
    if text_of(text.encode()) != text:  # the app would decode this text as Base64, or strip white space from it
        text = base64.b64encode(text.encode()).decode()
    return Plan([Message(rejected.queue, text, f"message {rejected.id} ({rejected.code})", rejected=rejected)])
