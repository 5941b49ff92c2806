"""Reads what a function app declares: its functions, their triggers and outputs, with every setting resolved."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import azure.functions as func

from local.host.errors import HostError
from local.host.schedules import parse_schedule
from local.host.signatures import check_signature

KNOWN = ("queueTrigger", "timerTrigger", "httpTrigger", "queue", "http")
RETURN = "$return"
"""The binding name of a function's return value."""

_BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
_FUNCTION_NAME = re.compile(r"(?!host$)[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
"""Names that the platform accepts. It refuses others when it indexes the app."""

_SETTING = re.compile(r"%([^%]+)%")
_QUEUE_NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class QueueBinding:
    """A queue that triggers a function or receives its output. `connection` is a connection string."""

    parameter: str
    queue: str
    connection: str


@dataclass(frozen=True)
class TimerBinding:
    """A timer trigger; `schedule` is an NCRONTAB expression or a time span."""

    parameter: str
    schedule: str
    run_on_startup: bool
    use_monitor: bool


@dataclass(frozen=True)
class HttpBinding:
    """An HTTP trigger; no `methods` means all of them."""

    parameter: str
    route: str
    methods: tuple[str, ...]
    auth_level: str


Trigger = QueueBinding | TimerBinding | HttpBinding


@dataclass(frozen=True)
class AppFunction:
    """One function of the app, ready to run."""

    name: str
    call: Callable[..., object]
    trigger: Trigger
    outputs: tuple[QueueBinding, ...]
    trigger_type: object
    wants_context: bool


def read_functions(app: func.FunctionApp, environ: Mapping[str, str]) -> list[AppFunction]:
    """Return the functions that `app` declares. Raises HostError with every fault in them."""
    problems: list[str] = []
    functions: list[AppFunction] = []
    try:
        declared = app.get_functions()
    except ValueError as error:
        raise HostError([str(error)]) from error
    for one in declared:
        try:
            functions.append(_read(one, environ))
        except HostError as error:
            problems += error.problems
    if problems:
        raise HostError(problems)
    if not functions:
        raise HostError(["function_app.py declares no function"])
    return functions


def _read(one: func.Function, environ: Mapping[str, str]) -> AppFunction:
    name = str(one.get_function_name())
    reader = _Reader(name, environ)
    triggers: list[Trigger] = []
    outputs: list[QueueBinding] = []
    kinds: dict[str, str] = {}
    if not _FUNCTION_NAME.fullmatch(name):
        reader.problems.append(f"function {name}: the platform takes letters, digits, _ and - in a function's name")
    for binding in one.get_bindings():
        values = binding.get_dict_repr()
        kind, parameter = str(values["type"]), str(values["name"])
        if not _BINDING_NAME.fullmatch(parameter):
            reader.fault(parameter, "the platform takes only letters and digits in a binding's name")
        kinds[parameter] = kind
        if kind == "queueTrigger":
            triggers.append(reader.queue(parameter, values))
        elif kind == "timerTrigger":
            triggers.append(reader.timer(parameter, values))
        elif kind == "httpTrigger":
            triggers.append(reader.http(parameter, values))
        elif kind == "queue":
            outputs.append(reader.queue(parameter, values))
        elif kind != "http" or parameter != RETURN:
            reader.fault(parameter, f"its type {kind!r} is not one that this host knows ({', '.join(KNOWN)})")
    call = one.get_user_function()
    if reader.problems:
        raise HostError(reader.problems)
    trigger = triggers[0]
    signature = check_signature(name, call, trigger.parameter, kinds)
    return AppFunction(name, call, trigger, tuple(outputs), signature.trigger_type, signature.wants_context)


class _Reader:
    """Reads the bindings of one function and collects their faults."""

    def __init__(self, function: str, environ: Mapping[str, str]) -> None:
        self._function = function
        self._environ = environ
        self.problems: list[str] = []

    def fault(self, parameter: str, text: str) -> None:
        self.problems.append(f"function {self._function}, binding {parameter!r}: {text}")

    def queue(self, parameter: str, values: Mapping[str, object]) -> QueueBinding:
        queue = self._resolve(parameter, values["queueName"]).lower()
        if not self.problems and not _QUEUE_NAME.fullmatch(queue):
            self.fault(parameter, f"{queue!r} is no queue name (3 to 63 of a-z, 0-9 and single dashes)")
        return QueueBinding(parameter, queue, self._connection(parameter, values.get("connection")))

    def timer(self, parameter: str, values: Mapping[str, object]) -> TimerBinding:
        schedule = self._resolve(parameter, values["schedule"])
        try:
            parse_schedule(schedule)
        except ValueError as error:
            if not self.problems:
                self.fault(parameter, str(error))
        # useMonitor is true by default
        return TimerBinding(
            parameter, schedule, bool(values.get("runOnStartup")), values.get("useMonitor") is not False
        )

    def http(self, parameter: str, values: Mapping[str, object]) -> HttpBinding:
        methods = values.get("methods")
        names = tuple(str(method).upper() for method in methods) if isinstance(methods, list | tuple) else ()
        level = str(values.get("authLevel") or "function").lower()
        return HttpBinding(parameter, self._resolve(parameter, values["route"]).strip("/"), names, level)

    def _resolve(self, parameter: str, text: object) -> str:
        def value(found: re.Match[str]) -> str:
            if not (setting := self._environ.get(found[1], "")):
                self.fault(parameter, f"the setting {found[1]}, named in {text!r}, is missing or empty")
            return setting

        return _SETTING.sub(value, str(text))

    def _connection(self, parameter: str, name: object) -> str:
        # The platform also looks for the name with the prefix `AzureWebJobs`; without a name it uses the host's
        # storage.
        setting = self._resolve(parameter, name or "AzureWebJobsStorage")
        connection = self._environ.get(setting) or self._environ.get(f"AzureWebJobs{setting}")
        if not connection:
            self.fault(parameter, f"the connection {setting} is missing or empty (a connection string is expected)")
        return connection or ""
