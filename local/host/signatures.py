"""Compares a function's parameters with its bindings, as strictly as Microsoft's Python worker when it indexes.

The worker's rules: every parameter has a binding and every binding a parameter; an output is `func.Out[...]`, an input
is not; the binding's converter must accept the annotation.
"""

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import azure.functions as func

from local.host.errors import HostError

_GENERIC = (str, bytes)
"""Types that the worker passes and accepts with any binding."""


@dataclass(frozen=True)
class Signature:
    """The host's view of a function's parameters. `trigger_type` is None without an annotation."""

    trigger_type: object
    wants_context: bool


def check_signature(name: str, call: Callable[..., object], trigger: str, kinds: Mapping[str, str]) -> Signature:
    """Return the signature of `call`, whose bindings have the types `kinds`. Raises HostError if they do not match."""
    try:
        annotations = typing.get_type_hints(call)
    except NameError as error:
        raise HostError([f"function {name}: an annotation cannot be resolved: {error}"]) from error
    parameters = set(inspect.signature(call).parameters)
    bound = {parameter for parameter in kinds if parameter != "$return"}
    wants_context = "context" in parameters - bound
    problems = [
        *(f"function {name}: parameter {one!r} has no binding" for one in sorted(parameters - bound - {"context"})),
        *(f"function {name}: binding {one!r} has no parameter" for one in sorted(bound - parameters)),
    ]
    if wants_context and annotations.get("context", func.Context) is not func.Context:
        problems.append(f"function {name}: the parameter context must be a func.Context")
    for parameter in sorted(bound & parameters & annotations.keys()):
        check = _check_input if parameter == trigger else _check_output
        if fault := check(kinds[parameter], annotations[parameter]):
            problems.append(f"function {name}, binding {parameter!r}: {fault}")
    if problems:
        raise HostError(problems)
    return Signature(annotations.get(trigger), wants_context)


def _check_input(kind: str, annotation: object) -> str | None:
    if typing.get_origin(annotation) is func.Out:
        return "it is an input, but its annotation is func.Out"
    if annotation in _GENERIC or _takes(kind, annotation, "check_input_type_annotation"):
        return None
    return f"the annotation {_text(annotation)} does not match the type {kind!r}"


def _check_output(kind: str, annotation: object) -> str | None:
    if typing.get_origin(annotation) is not func.Out:
        return f"it is an output, but its annotation {_text(annotation)} is not func.Out[...]"
    (inner,) = typing.get_args(annotation)
    if isinstance(inner, types.GenericAlias):
        # The worker's parser of annotations knows only the aliases of typing.
        return f"Microsoft's worker refuses func.Out[{inner}]; write func.Out[typing.List[...]]"
    if inner in _GENERIC or _takes(kind, inner, "check_output_type_annotation"):
        return None
    return f"the annotation {_text(annotation)} does not match the type {kind!r}"


def _takes(kind: str, annotation: object, check: str) -> bool:
    """Ask the converter that azure-functions has registered for this type of binding."""
    registry = func.get_binding_registry()  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
    converter = registry.get(kind)
    try:
        return bool(getattr(converter, check)(annotation))
    except TypeError:  # the converters call issubclass with what may be no class
        return False


def _text(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
