"""Each function posts its message to INVOKE, as the other listener does, and sends what the response says."""

import base64
import os
import typing

import azure.functions as func
import requests

app = func.FunctionApp()


def invoke(function: str, message: func.QueueMessage) -> dict[str, list[str]]:
    """Return the messages to send, by queue. Raises requests.HTTPError if the function has to fail."""
    sent = {
        "id": message.id,
        "body": base64.b64encode(message.get_body()).decode(),
        "dequeueCount": message.dequeue_count,
        "popReceipt": message.pop_receipt,
    }
    answer = requests.post(f"{os.environ['INVOKE']}/{function}", json=sent, timeout=900)
    answer.raise_for_status()
    messages: dict[str, list[str]] = answer.json()["messages"]
    return messages


@app.queue_trigger(arg_name="msg", queue_name="%WORK%", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="out", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage, out: func.Out[typing.List[str]]) -> None:  # noqa: UP006 - Microsoft's worker refuses list[str] here
    if texts := invoke("work", msg).get(f"{os.environ['WORK']}-out"):
        out.set(texts)


@app.queue_trigger(arg_name="msg", queue_name="%WORK%-poison", connection="AzureWebJobsStorage")
def poison(msg: func.QueueMessage) -> None:
    invoke("poison", msg)


@app.queue_trigger(arg_name="msg", queue_name="%WORK%-burst", connection="AzureWebJobsStorage")
def burst(msg: func.QueueMessage) -> None:
    invoke("burst", msg)


@app.queue_trigger(arg_name="msg", queue_name="%WORK%-idle", connection="AzureWebJobsStorage")
def idle(msg: func.QueueMessage) -> None:
    invoke("idle", msg)
