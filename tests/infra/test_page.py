"""docs/infra.md says what the code and the tests say."""

from pathlib import Path

from infra.check.picture import draw
from infra.check.problem import CLASSES
from infra.check.source import INFRA, Tree
from tests.infra.conftest import written
from tests.infra.page import PAGE, page


def test_the_page_is_in_step_with_the_code() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it anew: python -m tests.infra.page"


def test_every_class_has_its_row() -> None:
    text = PAGE.read_text("utf-8")
    assert [name for name in CLASSES if f"| `{name}` |" not in text] == []


def test_the_map_shows_every_resource_that_is_made() -> None:
    text = PAGE.read_text("utf-8")
    made = [one for source in Tree.of(INFRA).sources.values() for one in source.resources if not one.resource.existing]
    assert text.count("<small>") == len(made)


def test_the_map_shows_who_takes_what_of_whom_also_by_way_of_variables(tmp_path: Path) -> None:
    module = (
        "@description('d')\nparam p string = ''\n"
        "resource plan 'Microsoft.Web/serverfarms@2024-11-01' = [for i in [1]: {\n  name: p\n  location: p\n}]\n"
        "resource app 'Microsoft.Web/sites@2024-11-01' = if (p == '') {\n"
        "  name: p\n  location: p\n  properties: { serverFarmId: plan[0].id }\n}\n"
        "output o string = app.name\n"
    )
    text = "module a 'other.bicep' = {}\nvar v = a.outputs.o\nmodule b 'other.bicep' = { params: { p: v } }\n"
    bicep = written(tmp_path, text, other=module)
    lines = draw(bicep, bicep.sources[(tmp_path / "main.bicep").resolve()]).splitlines()
    assert '  a_plan["plan []<br/><small>Web / serverfarms</small>"]' in lines
    assert "  a_plan --> a_app" in lines
    assert "  style a_app stroke-dasharray: 5 5" in lines
    assert "  a --> b" in lines
    assert "  b --> a" not in lines
