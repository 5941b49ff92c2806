"""docs/deploy.md, docs/operations.md and docs/cost.md agree with the Bicep, the code and each other."""

import ast
import re
import textwrap
from pathlib import Path

import pytest
from azure.cosmos import CosmosClient

from local.cosmos import Cosmos
from local.provision import provision_cosmos
from shared.cli.main import app as command_line
from shared.settings import settings_table

ROOT = Path(__file__).parent.parent.parent
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
COST = (ROOT / "docs" / "cost.md").read_text()
MAIN = (ROOT / "infra" / "main.bicep").read_text()
PARAMETERS_FILE = (ROOT / "infra" / "main.parameters.json").read_text()
ALERTS = (ROOT / "infra" / "modules" / "alerts.bicep").read_text()

PARAMETERS = set(re.findall(r"^param (\w+)", MAIN, re.MULTILINE))
OUTPUTS = set(re.findall(r"^output (\w+)", MAIN, re.MULTILINE))
ENVIRONMENT = set(re.findall(r"\$\{(\w+)", PARAMETERS_FILE))

OTHER_CAMEL = {
    *("timeToLiveHours", "destinationContainerUrl", "queueMessage", "fileFailure", "notFound", "givenUp"),
    *("standsStill", "missingParts", "notThere", "entryIndex"),
    *("customProperties", "displayName", "lastActionDateTime"),
}
"""Names in these pages that belong to Speech, the documents or the log, not to the Bicep."""

LEVELS = {"info": "1", "warning": "2", "error": "3"}


def named(page: str) -> set[str]:
    """Return the texts in back ticks."""
    return set(re.findall(r"`([^`\n]+)`", page))


def test_the_bicep_was_read() -> None:
    assert {"environmentName", "vnetEnabled"} <= PARAMETERS
    assert {"SPEECH_ENDPOINT", "APP_PRINCIPAL_ID"} <= OUTPUTS
    assert "ALERT_EMAIL" in ENVIRONMENT


@pytest.mark.parametrize("page", [DEPLOY, OPERATIONS, COST])
def test_every_parameter_in_a_page_exists(page: str) -> None:
    camel = {name for name in named(page) if re.fullmatch(r"[a-z]+(?:[A-Z]+[a-z0-9]*)+", name)}
    states = {"completedWithErrors"}
    assert camel - PARAMETERS - OTHER_CAMEL - states == set()


def test_every_parameter_is_explained_in_the_page_on_deployment() -> None:
    assert PARAMETERS - named(DEPLOY) == set()


def test_parameters_given_on_a_command_line_are_parameters() -> None:
    given = re.findall(r"--parameters (.*)", DEPLOY)
    names = {name for line in given for name in re.findall(r"(\w+)=", line)}
    assert {"environmentName", "location"} <= names - {"name"}
    assert names - {"name"} <= PARAMETERS


def test_every_output_in_the_commands_exists() -> None:
    asked = set(re.findall(r"\$\(output (\w+)\)", DEPLOY))
    assert asked
    assert asked <= OUTPUTS
    assert "APP_PRINCIPAL_ID" in named(DEPLOY) & OUTPUTS


def test_variables_of_the_commands_are_outputs_or_set_in_the_page() -> None:
    for page in (DEPLOY, OPERATIONS):
        used = set(re.findall(r"\$\{?([A-Z]\w+)", page))
        own = set(re.findall(r"^ +(?:export )?([A-Z]+)=", DEPLOY, re.MULTILINE))
        assert used - OUTPUTS - own == set()


def test_every_variable_set_for_azd_sets_a_parameter() -> None:
    variables = set(re.findall(r"azd env set (\w+)", DEPLOY))
    assert variables
    assert variables <= ENVIRONMENT


def alert_causes() -> set[str]:
    """Return the causes of the alerts in the Bicep: those of the rules on logs, and the rules on metrics."""
    metrics = re.findall(r"metricAlerts@.*?\n  name: '\$\{namePrefix\}-([^']+)'", ALERTS, re.DOTALL)
    logs = re.findall(r"Cause = (?:strcat\()?'([\w-]+)[ ']", ALERTS)
    return {*logs, *metrics}


def test_every_cause_of_an_alert_has_a_section_and_every_section_is_a_cause() -> None:
    section = OPERATIONS.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    headings = re.findall(r"^### (.+)$", section, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert {"poison", "cosmos-throttling"} <= alert_causes() == set(headings)


def logged() -> set[tuple[str, str]]:
    """Return the template and the level of every line that the pipeline logs, with `…` for what differs."""
    lines = set()
    for file in (ROOT / "shared" / "pipeline").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log"), attr=level),
                    args=[ast.Constant(value=str(text)), *_],
                ):
                    lines.add((re.sub(r"%(?:\.\d)?[sdf]", "…", text), LEVELS[level]))
    return lines


def test_every_log_line_is_explained_and_every_explained_line_is_logged() -> None:
    section = OPERATIONS.partition("\n## Log lines\n")[2]
    rows = re.findall(r"^\| `([^`]+)` \| (\d) \| .+ \|$", section, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == logged()


def test_every_command_in_the_pages_exists() -> None:
    known = {str(command.name) for command in command_line.registered_commands if not command.hidden}
    for group in command_line.registered_groups:
        assert group.typer_instance is not None
        known.add(str(group.typer_instance.info.name))
        members = {str(command.name) for command in group.typer_instance.registered_commands if not command.hidden}
        named = set(re.findall(rf"speech2cosmos {group.typer_instance.info.name} ([a-z]+)", OPERATIONS))
        assert named == members, "the page has exactly the subcommands"
    for page in (DEPLOY, OPERATIONS, COST):
        used = set(re.findall(r"(?:`|^    )speech2cosmos\s([a-z]+)\b(?!=)", page, re.MULTILINE))
        assert used
        assert used - known == set()


def test_every_setting_in_the_pages_exists() -> None:
    settings = {name for name, _ in settings_table()}
    for page in (OPERATIONS, COST):
        upper = {name.partition("=")[0] for name in named(page) if re.fullmatch(r"[A-Z]+_[A-Z_]+(=\w+)?", name)}
        assert upper - settings == set()


def test_every_link_of_the_pages_has_a_target() -> None:
    pages = {"deploy.md": DEPLOY, "operations.md": OPERATIONS, "cost.md": COST, "infra.md": ""}
    for page in (DEPLOY, OPERATIONS, COST):
        own = next(name for name, text in pages.items() if text == page)
        for file, anchor in re.findall(r"\]\((?!https)([^)#]*)(?:#([^)]+))?\)", page):
            name = file or own
            if name in pages:
                text = pages[name]
            else:
                assert (ROOT / "docs" / name).exists(), name
                text = (ROOT / "docs" / name).read_text() if name.endswith(".md") else ""
            if anchor and text:
                headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
                slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                assert anchor in slugs, f"{name}#{anchor}"


def test_the_example_for_own_code_is_valid_python() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DEPLOY, re.DOTALL)
    compile(textwrap.dedent(code), "deploy.md", "exec")


def test_the_queries_of_the_operations_page_run(cosmos: Cosmos) -> None:
    provision_cosmos(cosmos.endpoint, cosmos.key, "operations")
    database = CosmosClient(cosmos.endpoint, cosmos.key).get_database_client("operations")
    queries = re.findall(r"```sql\n-- (\w+): [^\n]*\n(.*?)```", OPERATIONS, re.DOTALL)
    assert len(queries) == OPERATIONS.count("```sql")
    for container, query in queries:
        found = database.get_container_client(container).query_items(query, enable_cross_partition_query=True)
        assert list(found) == []
