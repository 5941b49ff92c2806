"""HTTP functions of every kind."""

# ruff: noqa: ARG001 - a function must take its trigger, whether it looks at it or not

import json
import os

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("things/{name}/{number:int?}", methods=["GET"])
def thing(req: func.HttpRequest) -> func.HttpResponse:
    body = json.dumps({"route": dict(req.route_params), "query": dict(req.params), "agent": req.headers["X-Agent"]})
    return func.HttpResponse(body, status_code=203, mimetype="application/json", headers={"X-Answer": "yes"})


@app.route("things/special", methods=["GET"])
def special(req: func.HttpRequest) -> str:
    return "größe"


@app.route("files/{*path}", methods=["GET"])
def files(req: func.HttpRequest) -> str:
    return str(req.route_params["path"])


@app.route("orders", methods=["POST"])
@app.queue_output(arg_name="out", queue_name="%WORK%-out", connection="AzureWebJobsStorage")
async def order(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.get_json()["order"])
    return func.HttpResponse(status_code=202)


@app.route("settings/{name}")
def setting(req: func.HttpRequest) -> str:
    return os.environ.get(req.route_params["name"], "")


@app.route("nothing")
def nothing(req: func.HttpRequest) -> None: ...


@app.route("broken")
def broken(req: func.HttpRequest) -> str:
    raise ValueError("broken on purpose")


@app.route("odd")
def odd(req: func.HttpRequest) -> object:
    return 42


@app.route("guarded", auth_level=func.AuthLevel.FUNCTION)
def guarded(req: func.HttpRequest) -> str:
    return "in"


@app.route("ruled", auth_level=func.AuthLevel.ADMIN)
def ruled(req: func.HttpRequest) -> str:
    return "in"
