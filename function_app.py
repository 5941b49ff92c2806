"""The functions: only triggers and bindings. The use cases are in shared/pipeline."""

import os
from collections.abc import Sequence
from typing import List  # noqa: UP035 - Microsoft's worker refuses func.Out[list[str]] at indexing

import azure.functions as func

from shared.bootstrap import App
from shared.domain.message_text import kept_text_of, text_of
from shared.domain.messages import POISON_SUFFIX, decode_work, encode
from shared.errors import InvalidMessage

Output = func.Out[List[str]]  # noqa: UP006 - as imported
"""Outputs are always lists, because the host parses a plain text that looks like JSON. It would send each element of an
array as a message, and fail if the text is no JSON after all (azure-functions-python-worker#1492)."""

run = App.from_env(os.environ)
app = func.FunctionApp()

STORAGE = "AzureWebJobsStorage"
# Not %JOBS_QUEUE%, because the host does not start without that setting (docs/decisions/0023).
JOBS_QUEUE = run.settings.jobs_queue
JOBS_POISON = JOBS_QUEUE + POISON_SUFFIX
RESULTS_QUEUE = run.settings.results_queue
RESULTS_POISON = RESULTS_QUEUE + POISON_SUFFIX


def send(output: Output, texts: Sequence[str]) -> None:
    """Pass messages to an output binding. The host sends them if the function succeeds."""
    if texts:
        output.set(list(texts))


@app.function_name("accept_job")
@app.queue_trigger(arg_name="msg", queue_name=JOBS_QUEUE, connection=STORAGE)
@app.queue_output(arg_name="poison", queue_name=JOBS_POISON, connection=STORAGE)
@app.queue_output(arg_name="again", queue_name=JOBS_QUEUE, connection=STORAGE)
def accept_job(msg: func.QueueMessage, poison: Output, again: Output) -> None:
    """Create the documents of enqueued jobs. A message that names no job goes to the poison queue at once."""
    body = msg.get_body()
    try:
        left = run.accept_job(body, msg.dequeue_count or 1, msg.insertion_time)
        if left is not None:
            send(again, [left])
    except InvalidMessage:
        send(poison, [kept_text_of(body)])


@app.function_name("poll_jobs")
@app.timer_trigger(arg_name="timer", schedule="%POLL_SCHEDULE%", use_monitor=False)
@app.queue_output(arg_name="work", queue_name=RESULTS_QUEUE, connection=STORAGE)
def poll_jobs(timer: func.TimerRequest, work: Output) -> None:  # noqa: ARG001 - bound by name
    """Find the jobs that ended at Speech, and end those whose files are all in. The first run tests permissions."""
    run.check_rights()
    send(work, [encode(message) for message in run.tick()])


@app.function_name("fetch_results")
@app.queue_trigger(arg_name="msg", queue_name=RESULTS_QUEUE, connection=STORAGE)
@app.queue_output(arg_name="work", queue_name=RESULTS_QUEUE, connection=STORAGE)
@app.queue_output(arg_name="poison", queue_name=RESULTS_POISON, connection=STORAGE)
def fetch_results(msg: func.QueueMessage, work: Output, poison: Output) -> None:
    """List a page of a job's files; or fetch, split and write one file or several files of a page."""
    try:
        message = decode_work(msg.get_body())
    except InvalidMessage:
        send(poison, [kept_text_of(msg.get_body())])
        return
    send(work, [encode(message) for message in run.fetch_results(message, msg.dequeue_count or 1)])


@app.function_name("record_poison_jobs")
@app.queue_trigger(arg_name="msg", queue_name=JOBS_POISON, connection=STORAGE)
@app.queue_output(arg_name="again", queue_name=JOBS_POISON, connection=STORAGE)
def record_poison_jobs(msg: func.QueueMessage, again: Output) -> None:
    """Retry a message of the jobs queue that failed too often, or record why it is rejected."""
    body = msg.get_body()
    if not run.record_poison(JOBS_QUEUE, body, msg.dequeue_count or 1):
        send(again, [text_of(body)])


@app.function_name("record_poison_results")
@app.queue_trigger(arg_name="msg", queue_name=RESULTS_POISON, connection=STORAGE)
@app.queue_output(arg_name="again", queue_name=RESULTS_POISON, connection=STORAGE)
def record_poison_results(msg: func.QueueMessage, again: Output) -> None:
    """Note the retry of a message of the results queue that failed too often, or give its file or job up."""
    body = msg.get_body()
    if not run.record_poison(RESULTS_QUEUE, body, msg.dequeue_count or 1):
        send(again, [text_of(body)])
