"""What the real files do not happen to hold: the grammar's corners, and mistakes that they give no place for."""

import pytest

from tests.infra.conftest import Lint

QUEUE = "resource q 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {\n%s}\n"
ACCOUNT = "resource a 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {\n  name: 'abc'\n%s}\n"


def kinds(lint: Lint, text: str, **others: str) -> list[str]:
    return sorted(problem.kind for problem in lint(text, **others))


def test_a_lambda_reaches_over_members_and_operators(lint: Lint) -> None:
    text = (
        "var l = [{ n: 1 }]\noutput a array = filter(l, i => i.n > 0 && i.n < 3)\noutput b array = map(l, i => i.n)\n"
    )
    assert kinds(lint, text) == []


def test_a_lambda_s_variable_is_known_only_in_it(lint: Lint) -> None:
    assert kinds(lint, "var l = [1]\noutput a array = concat(map(l, i => i), [i])\n") == ["undefined"]


def test_names_in_an_escaped_interpolation_are_text(lint: Lint) -> None:
    assert kinds(lint, "output a string = 'costs \\${nothing} and it\\'s free'\n") == []
    assert kinds(lint, "output a string = '''\n${nothing}\n'''\n") == []


def test_names_are_found_in_strings_in_strings(lint: Lint) -> None:
    assert kinds(lint, "output a string = 'x${toLower('y${nothing}')}'\n") == ["undefined"]


def test_a_property_key_may_hold_an_expression(lint: Lint) -> None:
    assert kinds(lint, "output a object = { '${nothing}': 1 }\n") == ["undefined"]


def test_a_nested_resource_takes_type_and_version_of_its_parent(lint: Lint) -> None:
    nested = "  resource b 'blobServices' existing = {\n    name: 'default'\n  }\n"
    assert kinds(lint, ACCOUNT % nested + "output i string = a::b.id\n") == []
    assert kinds(lint, ACCOUNT % nested + "output i string = a::b.properties.nothing\n") == ["runtime-property"]
    assert kinds(lint, ACCOUNT % nested.replace("blobServices", "blobService")) == ["unknown-type", "unused"]


def test_an_existing_resource_sets_nothing(lint: Lint) -> None:
    assert kinds(lint, ACCOUNT % "  kind: 'StorageV2'\n" + "output i string = a.id\n") == ["unknown-property"]


def test_a_child_needs_its_parent_to_be_of_the_type_above(lint: Lint) -> None:
    child = QUEUE % "  parent: a\n  name: 'queue'\n"
    assert kinds(lint, ACCOUNT % "" + child) == ["wrong-type"]


def test_a_child_may_have_its_parents_in_its_name(lint: Lint) -> None:
    assert kinds(lint, QUEUE % "  name: 'abc/default/queue'\n") == []
    assert kinds(lint, QUEUE % "  name: 'default/queue'\n") == ["missing-property"]


def test_both_branches_of_a_choice_are_looked_at(lint: Lint) -> None:
    text = (
        "@description('d')\nparam p bool\n"
        "resource s 'Microsoft.Storage/storageAccounts@2025-01-01' = {\n"
        "  name: 'abc'\n  location: 'x'\n  kind: p ? 'StorageV2' : 'StorageV3'\n  sku: { name: 'Standard_LRS' }\n}\n"
    )
    assert kinds(lint, text) == ["enum"]


def test_an_allowed_value_must_be_one_that_the_type_takes(lint: Lint) -> None:
    text = (
        "@description('d')\n@allowed(['Standard_LRS', 'Standard_XYZ'])\nparam p string\n"
        "resource s 'Microsoft.Storage/storageAccounts@2025-01-01' = {\n"
        "  name: 'abc'\n  location: 'x'\n  kind: 'StorageV2'\n  sku: { name: p }\n}\n"
    )
    assert kinds(lint, text) == ["enum"]


def test_required_properties_of_a_discriminated_object_are_those_of_its_variant(lint: Lint) -> None:
    text = (
        "resource c 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {\n  name: 'abc'\n  properties: {\n"
        "    databaseAccountOfferType: 'Standard'\n    locations: []\n"
        "    backupPolicy: {\n      type: '%s'\n      %s: {}\n"
        "    }\n  }\n}\n"
    )
    assert kinds(lint, text % ("Continuous", "continuousModeProperties")) == []
    assert kinds(lint, text % ("Continuous", "periodicModeProperties")) == ["unknown-property"]
    assert kinds(lint, text % ("Never", "continuousModeProperties")) == ["enum"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("'a'", []), ("'b'", ["enum"]), ("1", ["wrong-type"]), ("{}", ["wrong-type"])],
)
def test_a_module_s_parameter_takes_what_its_own_type_says(lint: Lint, value: str, kind: list[str]) -> None:
    module = "@description('d')\nparam p one\n@export()\ntype one = 'a' | 'c'\noutput o string = p\n"
    assert kinds(lint, f"module m 'other.bicep' = {{\n  params: {{\n    p: {value}\n  }}\n}}\n", other=module) == kind


def test_a_parameter_with_a_default_or_nullable_need_not_be_given(lint: Lint) -> None:
    module = (
        "@description('d')\nparam p string = 'x'\n@description('d')\nparam q string?\noutput o string = '${p}${q}'\n"
    )
    assert kinds(lint, "module m 'other.bicep' = {}\n", other=module) == []


def test_a_shape_of_a_user_s_type_is_held_to(lint: Lint) -> None:
    module = "@description('d')\nparam p { id: string, note: string? }[]\noutput o array = p\n"
    text = "module m 'other.bicep' = {\n  params: {\n    p: [%s]\n  }\n}\n"
    assert kinds(lint, text % "{ id: 'x' }", other=module) == []
    assert kinds(lint, text % "{ id: 1 }", other=module) == ["wrong-type"]
    assert kinds(lint, text % "{ note: 'x' }", other=module) == ["missing-property"]
    assert kinds(lint, text % "{ id: 'x', ID: 'y' }", other=module) == ["unknown-property"]


def test_an_import_must_be_exported(lint: Lint) -> None:
    text = "import { t } from 'other.bicep'\n@description('d')\nparam p t\noutput o object = p\n"
    assert kinds(lint, text, other="@export()\ntype t = { *: string }\n") == []
    assert kinds(lint, text, other="type t = { *: string }\n") == ["undefined", "unused"]


def test_outputs_of_a_loop_of_modules_say_which(lint: Lint) -> None:
    text = "module m 'other.bicep' = [for i in range(0, 2): {}]\noutput o string = m%s.outputs.x\n"
    module = "output x string = 'x'\n"
    assert kinds(lint, text % "[0]", other=module) == []
    assert kinds(lint, text % "", other=module) == ["module-output"]


def test_a_lambda_takes_as_many_parameters_as_the_function_gives(lint: Lint) -> None:
    assert kinds(lint, "output o array = sort([1], (a, b) => a < b)\n") == []
    assert kinds(lint, "output o array = sort([1], a => a)\n") == ["function"]
    assert kinds(lint, "output o array = map([1], toLower('x'))\n") == ["function"]


def test_a_user_s_function_takes_its_own_number_of_arguments(lint: Lint) -> None:
    text = "func f(a string) string => toLower(a)\noutput o string = f(%s)\n"
    assert kinds(lint, text % "'x'") == []
    assert kinds(lint, text % "'x', 'y'") == ["function"]


def test_a_module_for_another_scope_needs_one(lint: Lint) -> None:
    text = "targetScope = 'subscription'\nmodule m 'other.bicep' = {\n%s}\n"
    assert kinds(lint, text % "", other="output x string = 'x'\n") == ["missing-property"]
    assert kinds(lint, text % "  scope: resourceGroup('r')\n", other="output x string = 'x'\n") == []


@pytest.mark.parametrize("text", ["var a = { b: 1 c: 2 }", "var a = [1 2]", "var a = 1 var b = 2"])
def test_two_on_a_line_need_a_comma(lint: Lint, text: str) -> None:
    assert "syntax" in kinds(lint, f"{text}\n")
    assert "syntax" not in kinds(lint, "var a = { b: 1, c: [1, 2] } // that is how\n")


def test_a_loop_over_what_a_module_gives_begins_too_early(lint: Lint) -> None:
    module = "output l array = [1]\n"
    text = "module m 'other.bicep' = {}\nvar l = m.outputs.l\nmodule n 'other.bicep' = [for i in l: {}]\n"
    assert kinds(lint, text, other=module) == ["too-early"]
    assert kinds(lint, "var l = [1]\nmodule n 'other.bicep' = [for i in l: {}]\n", other=module) == []


def test_a_circle_is_named_once_whatever_its_length(lint: Lint) -> None:
    found = lint("var a = b\nvar b = c\nvar c = a\nvar d = a\noutput o string = d\n")
    assert [problem.text for problem in found if problem.kind == "circle"] == ["waits for itself: a -> b -> c -> a"]


def test_what_comes_after_a_comment_is_still_read(lint: Lint) -> None:
    assert kinds(lint, "var l = [\n  // one\n  1\n  /* two */\n  2\n]\noutput o int = l[nothing]\n") == ["undefined"]
