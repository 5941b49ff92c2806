"""What an invocation is called in the figures: its function, and what there is for it to do."""

from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX, RESULTS_QUEUE, FetchPage, ListJobFiles, Work, decode_work
from shared.domain.speech_api import KIND_REPORT
from shared.errors import InvalidMessage

TICK = "poll_jobs"
"""The timer's function."""

FUNCTIONS = {
    JOBS_QUEUE: "accept_job",
    RESULTS_QUEUE: "fetch_results",
    JOBS_QUEUE + POISON_SUFFIX: "record_poison_jobs",
    RESULTS_QUEUE + POISON_SUFFIX: "record_poison_results",
}
"""Which function takes the messages of a queue."""


def work_of(text: str) -> Work | None:
    """Return the message that one of our functions sent; None if it is none."""
    try:
        return decode_work(text.encode())
    except InvalidMessage:
        return None


def use_case_of(queue: str, text: str, stage: str) -> str:
    """Return what the message of the queue is for; `stage`: what the story has come to."""
    return f"{FUNCTIONS[queue]}: {_what(queue, text, stage)}"


def _what(queue: str, text: str, stage: str) -> str:
    if not queue.startswith(RESULTS_QUEUE):
        return f"a message{stage}"
    work = work_of(text)
    if work is None:
        return "what is no message"
    if isinstance(work, ListJobFiles):
        return "a page of the list"
    if isinstance(work, FetchPage):
        return f"files of a page{stage}"
    return f"{'the report' if work.kind == KIND_REPORT else 'a result file'}{stage}"
