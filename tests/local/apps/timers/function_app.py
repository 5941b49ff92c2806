"""Timers: one each second, one that fails, one at the start, one that was missed."""

# ruff: noqa: ARG001 - a function must take its trigger, whether it looks at it or not

import azure.functions as func

from tests.local.apps.trace import trace

app = func.FunctionApp()


@app.timer_trigger(arg_name="timer", schedule="%EVERY_SECOND%")
def each_second(timer: func.TimerRequest) -> None:
    trace("each_second", past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
def failing(timer: func.TimerRequest) -> None:
    trace("failing")
    raise ValueError("this timer always fails")


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
@app.queue_output(arg_name="out", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
def at_the_start(timer: func.TimerRequest, out: func.Out[str]) -> None:
    out.set("started")


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def missed(timer: func.TimerRequest) -> None:
    trace("missed", past_due=timer.past_due)
