"""The Bicep carried out on paper: with given parameters, which resources come to be and what they are.

Modules are entered, loops run, conditions decided; what only Azure will know stays Unknown. A condition that is not
known counts as true. It is no what-if: Azure's own defaults and refusals are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.check import tree
from infra.check.evaluate import OFF, Evaluator, Reach, Value
from infra.check.source import Placed, Source, Tree
from infra.check.values import Deployed, Passed, Planned, Unknown

Modules = dict[tuple[Path, str], "Plan"]
"""Modules carried out, by their file and what they were given."""


@dataclass
class Plan(Evaluator):
    """One file with its parameters; `resources` gathers those of its modules too."""

    bicep: Tree
    source: Source
    given: Mapping[str, Value]
    modules: "Modules" = field(repr=False)
    resources: list[Planned] = field(default_factory=list)
    _known: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)

    @classmethod
    def of(cls, bicep: Tree, source: Source, given: Mapping[str, Value], modules: "Modules | None" = None) -> "Plan":
        """Carry out a file; `modules` remembers those carried out before, for plans of the same files."""
        plan = cls(bicep, source, given, {} if modules is None else modules)
        for one in source.file.declarations:
            if isinstance(one, tree.Resource | tree.Module):
                plan.symbol(one.name)
        for output in source.file.all_of(tree.Output):
            plan.outputs[output.name] = plan.value(output.value, {})
        return plan

    def symbol(self, name: str) -> Value:
        """Return what a name of the file stands for."""
        if name not in self._known:
            self._known[name] = Unknown(f"{name} of itself")
            self._known[name] = self._symbol(self.source.symbols.get(name), name)
        return self._known[name]

    def _symbol(self, declared: tree.Declaration | None, name: str) -> Value:
        match declared:
            case tree.Parameter(default=default):
                if name in self.given:
                    return self.given[name]
                nullable = default is None and declared.type.nullable
                return self.value(default, {}) if default else None if nullable else Unknown(name)
            case tree.Variable(value=value):
                return self.value(value, {})
            case tree.Resource():
                placed = self.source.placed(declared)
                return self.each(declared.body, {}, lambda body, reach: self._resource(placed, body, reach, ""))
            case tree.Module():
                return self.each(declared.body, {}, lambda body, reach: self._module(declared, body, reach))
            case _:
                return Unknown(name)

    def _resource(self, placed: Placed, body: tree.Expr, reach: Reach, within: str) -> Planned:
        assert isinstance(body, tree.Object)  # noqa: S101 - what a resource is given, by the grammar
        kept = {"parent", "scope", "dependsOn", "name"}
        said = {
            key: self.value(one, reach) for key in ("name", "parent", "scope") if (one := body.get(key)) is not None
        }
        written = {
            str(one.key): self.value(one.value, reach)
            for one in body.properties
            if isinstance(one.key, str) and one.key not in kept
        }
        name, parent = str(said.get("name")), said.get("parent")
        above = parent.id if isinstance(parent, Planned) else within
        last = placed.type.rpartition("/")[2]
        scope = said.get("scope")
        where = scope.id if isinstance(scope, Planned) else ""
        whole = f"{above}/{last}/{name}" if above else f"{where}/providers/{placed.type}/{name}"
        found = Planned(
            placed.type,
            name,
            whole,
            placed.resource.existing,
            written,
            self.source.file.path,
            placed.resource.line,
            where,
        )
        if OFF not in reach:
            self.resources.append(found)
        for inside in (other for other in self.source.resources if other.within == placed):
            self._known[f"{placed.resource.name}::{inside.resource.name}"] = self._within(inside, reach, whole)
        return found

    def _once(self, other: Source, given: dict[str, Value]) -> "Plan":
        # Most modules are given the same by most deployments that are looked at.
        key = (other.path, repr(given))
        if key not in self.modules:
            self.modules[key] = Plan.of(self.bicep, other, given, self.modules)
        return self.modules[key]

    def _within(self, placed: Placed, reach: Reach, parent: str) -> Value:
        return self.each(placed.resource.body, reach, lambda body, there: self._resource(placed, body, there, parent))

    def _module(self, module: tree.Module, body: tree.Expr, reach: Reach) -> Value:
        other = self.bicep.beside(self.source, module.path)
        if other is None or not isinstance(body, tree.Object):
            return Unknown(module.name)
        params = body.get("params")
        pairs = params.properties if isinstance(params, tree.Object) else ()
        given = {str(one.key): self.value(one.value, reach) for one in pairs}
        plan = self._once(other, {key: value for key, value in given.items() if value is not None})
        if OFF not in reach:
            lines = {str(one.key): one.line for one in pairs}
            self.passed += [
                Passed(other.file.path, name, value, self.source.file.path, lines[name])
                for name, value in given.items()
            ]
            self.passed += plan.passed
            self.resources += plan.resources
        return Deployed(module.name, plan.outputs)
