"""A message is JSON: `id`, and what to do: `put` TEXT, `put_many` TEXTS, wait `until` FILE is there, `fail` or not."""

import asyncio
import json
import logging
import pathlib
import time
import typing

import azure.functions as func

from tests.local.apps.trace import trace

app = func.FunctionApp()


@app.queue_trigger(arg_name="msg", queue_name="%WORK%", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="one", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="many", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
def work(
    msg: func.QueueMessage,
    one: func.Out[str],
    many: func.Out[typing.List[str]],  # noqa: UP006 - Microsoft's worker refuses list[str] here
    context: func.Context,
) -> None:
    told = json.loads(msg.get_body())
    trace(
        "begin",
        id=told["id"],
        message=msg.id,
        dequeue_count=msg.dequeue_count,
        inserted=str(msg.insertion_time),
        expires=str(msg.expiration_time),
        pop_receipt=msg.pop_receipt,
        function=context.function_name,
        invocation=context.invocation_id,
    )
    logging.getLogger("app").info("working on %s", told["id"])
    if "put" in told:
        one.set(told["put"])
    if "put_many" in told:
        many.set(told["put_many"])
    while "until" in told and not pathlib.Path(told["until"]).exists():
        time.sleep(0.02)
    if told.get("fail"):
        raise ValueError(f"told to fail: {told['id']}")
    trace("end", id=told["id"])


@app.queue_trigger(arg_name="msg", queue_name="%WORK%-async", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="$return", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
async def echo(msg: str) -> str:
    await asyncio.sleep(0.01)
    return msg[::-1]


@app.queue_trigger(arg_name="msg", queue_name="%WORK%-poison", connection="AzureWebJobsStorage")
def given_up(msg: bytes) -> None:
    trace("given up", body=msg.decode())
    if b"fail in poison" in msg:
        raise ValueError("the poison function fails too")
