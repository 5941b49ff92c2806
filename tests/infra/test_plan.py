"""The Bicep carried out on paper: what expressions come to, which resources come to be."""

from pathlib import Path
from typing import Any

import pytest

from infra.check import carried
from infra.check.plan import Plan
from infra.check.values import Unknown
from tests.infra.conftest import written


def outputs(folder: Path, text: str, given: dict[str, Any] | None = None, **others: str) -> dict[str, Any]:
    bicep = written(folder, text, **others)
    return Plan.of(bicep, bicep.sources[(folder / "main.bicep").resolve()], given or {}).outputs


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("1 == 2 || 3 < 4 && !false", True),
        ("empty('') ? 'a' : 'b'", "a"),
        ("'${1}-${true}-${'x'}'", "1-true-x"),
        ("map([1, 2], i => i * 2)", [2, 4]),
        ("filter([1, 2, 3], i => i % 2 == 1)", [1, 3]),
        ("reduce([1, 2, 3], 0, (sum, i) => sum + i)", 6),
        ("toObject(['a'], i => i, i => '${i}!')", {"a": "a!"}),
        ("items({ b: 1, a: 2 })", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ("union({ a: { x: 1 } }, { a: { y: 2 } })", {"a": {"x": 1, "y": 2}}),
        ("union([1], [1, 2])", [1, 2]),
        ("[for (c, at) in ['a', 'b']: '${c}${at}']", ["a0", "b1"]),
        ("last(split('/a/b/c', '/'))", "c"),
        ("{ a: null }.a ?? 'none'", "none"),
        ("take('abcdef', 3)", "abc"),
        ("[concat('a', 'b'), [1, 2][1], { a: { b: 3 } }.a.b]", ["ab", 2, 3]),
        ("[length([]) == 0 ? range(0, 2)[1] : 5, subscription().id == 'x']", [1, False]),
        ("[1 + [2][0] * 3, toLower(format('{0}', 'X'))]", [7, "x"]),
    ],
)
def test_an_expression_comes_to_its_value(tmp_path: Path, expression: str, value: object) -> None:
    assert outputs(tmp_path, f"output o object = {expression}\n")["o"] == value


def test_what_only_azure_knows_stays_unknown(tmp_path: Path) -> None:
    text = "resource a 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {\n  name: 'abc'\n}\n"
    found = outputs(tmp_path, text + "output o string = a.properties.primaryEndpoints.blob\noutput n string = a.name\n")
    assert found["o"] == Unknown("/providers/Microsoft.Storage/storageAccounts/abc.properties.primaryEndpoints.blob")
    assert found["n"] == "abc"


def test_a_decided_half_of_a_condition_decides_it(tmp_path: Path) -> None:
    text = "param p bool\noutput a bool = p && false\noutput b bool = p || true\noutput c bool = p && true\n"
    found = outputs(tmp_path, text)
    assert (found["a"], found["b"]) == (False, True)
    assert isinstance(found["c"], Unknown)


def test_a_module_gives_its_outputs_for_its_parameters(tmp_path: Path) -> None:
    module = "param p string = 'default'\noutput o string = '${p}!'\n"
    text = "module m 'other.bicep' = {%s}\noutput o string = m.outputs.o\n"
    assert outputs(tmp_path, text % "params: { p: 'given' }", other=module)["o"] == "given!"
    assert outputs(tmp_path, text % "", other=module)["o"] == "default!"


def test_a_resource_under_a_false_condition_is_not_made_but_has_a_name(tmp_path: Path) -> None:
    plan = "resource a 'Microsoft.Web/serverfarms@2024-11-01' = if (p) {\n  name: 'x'\n}\n"
    text = f"param p bool\n{plan}output o string = a.name\n"
    bicep = written(tmp_path, text)
    main = bicep.sources[(tmp_path / "main.bicep").resolve()]
    assert [one.name for one in Plan.of(bicep, main, {"p": True}).resources] == ["x"]
    assert Plan.of(bicep, main, {"p": False}).resources == []
    assert Plan.of(bicep, main, {"p": False}).outputs == {"o": "x"}


def test_two_resources_that_would_be_one_are_found(tmp_path: Path) -> None:
    text = "resource a 'Microsoft.Web/serverfarms@2024-11-01' = [for i in range(0, 2): {\n  name: 'x%s'\n}]\n"
    bicep = written(tmp_path, text % "")
    plan = Plan.of(bicep, bicep.sources[(tmp_path / "main.bicep").resolve()], {})
    assert [problem.kind for problem in carried.check(plan)] == ["duplicate"]
    bicep = written(tmp_path, text % "${i}")
    plan = Plan.of(bicep, bicep.sources[(tmp_path / "main.bicep").resolve()], {})
    assert list(carried.check(plan)) == []
