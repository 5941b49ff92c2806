"""What only shows when a deployment is carried out: values that came a long way, two resources that are one."""

from collections.abc import Iterator
from typing import Any

from infra.check import schema, tree
from infra.check.bodies import BOUNDS
from infra.check.modules import limit
from infra.check.plan import Plan
from infra.check.problem import Problem
from infra.check.values import OPEN, Planned, Unknown

EXTENSIONS = {"Microsoft.Insights/diagnosticSettings", "Microsoft.Authorization/roleAssignments"}
"""Types that say something of another resource. Without a scope a role would count for the whole resource group."""


def check(plan: Plan) -> Iterator[Problem]:
    """Give what is wrong with a deployment by itself, whatever it is for."""
    made = dict[tuple[str, str], Planned]()
    for one in (one for one in plan.resources if not one.existing):
        twin = made.setdefault((one.type, one.id.lower()), one)
        if twin is not one and not isinstance(one.name, Unknown):
            yield Problem(
                one.file, one.line, "duplicate", f"{one.type} {one.name} is made twice, also in {twin.file}:{twin.line}"
            )
        known = schema.resource_types().get(one.type.lower())
        outermost = known.kind(known.body) if known and known.body else None
        if isinstance(outermost, schema.Shape) and (prop := outermost.properties.get("name")):
            limits = {name: prop.bound(name) for name in BOUNDS}
            yield from _bounds(one.file, one.line, f"name of {one.type}", one.name, limits)
        if one.type in EXTENSIONS and not one.scope:
            yield Problem(one.file, one.line, "missing-property", f"{one.type} needs the scope of a resource")
    yield from _passed(plan)


def _passed(plan: Plan) -> Iterator[Problem]:
    parameters = {
        (source.file.path, one.name): one
        for source in plan.bicep.sources.values()
        for one in source.file.all_of(tree.Parameter)
    }
    for given in plan.passed:
        parameter = parameters.get((given.to, given.parameter))
        if parameter is not None:
            limits = {name: limit(parameter, name) for name in BOUNDS}
            yield from _bounds(given.file, given.line, f"{given.to}: {given.parameter}", given.value, limits)


def _bounds(file: str, line: int, what: str, value: Any, limits: dict[str, int | None]) -> Iterator[Problem]:  # noqa: ANN401 - of Bicep
    if isinstance(value, Unknown | bool) or (isinstance(value, str) and OPEN in value):
        return
    sized = isinstance(value, str | list)
    size = len(value) if sized else value
    least, most = (limits[f"{side}{'Length' if sized else 'Value'}"] for side in ("min", "max"))
    if isinstance(size, int) and ((least is not None and size < least) or (most is not None and size > most)):
        yield Problem(file, line, "bounds", f"{what} is {value!r}: {size}, between {least} and {most}")
