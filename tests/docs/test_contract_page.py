"""The contract page agrees with the code."""

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.docs.examples import FIXED_REGION, ExampleError, examples
from local.docs.run import CONVERSATION_JOB, MOMENT, Document, Run
from local.docs.schemas import CONTRACTS
from local.docs.write import CONTRACT, REPOSITORY
from shared.domain.containers import CONTAINERS
from shared.domain.job import Status
from shared.errors import Permanent

FOLDER = REPOSITORY / CONTRACT


@pytest.fixture(scope="module")
def page() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def subclasses(kind: type[Permanent]) -> Iterator[type[Permanent]]:
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


def literal_codes(source: str) -> Iterator[str]:
    """Yield the literal codes of calls in `source`: of permanent errors, failures, and keywords `code`."""
    errors = {each.__name__ for each in subclasses(Permanent)}
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        given = [each.value for each in call.keywords if each.arg == "code"]
        given += call.args[1:2] if name in errors else call.args[:1] if name == "Failure" else []
        if name in {"_give_up", "_reject"}:
            given += call.args
        for expression in given:
            for part in ast.walk(expression):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isalnum():
                    yield part.value


def test_every_code_in_the_source_is_explained(page: str) -> None:
    written = {each.code for each in subclasses(Permanent)}
    for path in (REPOSITORY / "shared").rglob("*.py"):
        written.update(literal_codes(path.read_text(encoding="utf-8")))
    assert {"GivenUp", "Expired", "ResultCutShort", "PhraseTooLarge", "NoContentUrl", "Redirect"} <= written
    assert sorted(code for code in written if f"`{code}`" not in page) == []


def test_every_status_type_and_container_is_described(page: str) -> None:
    for status in Status:
        assert f"\n| `{status}` | " in page
    for each in CONTRACTS:
        assert f"]({each.file})" in page
    for container in CONTAINERS:
        assert f"\n| `{container.name}` | " in page


def test_every_link_of_the_page_has_a_target(page: str) -> None:
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 20
    for link in links:
        assert link[1:] in anchors if link.startswith("#") else (FOLDER / link).exists(), link


def test_the_examples_have_no_local_address_and_no_system_property(ran: Run) -> None:
    shown = examples(ran)
    assert FIXED_REGION in json.dumps(shown["job completed"])
    for name, document in shown.items():
        assert not re.search(r"127\.0\.0\.1|localhost|sig=", json.dumps(document)), name
        assert not [key for key in document if key.startswith("_")], name


def test_other_revisions_and_another_port_give_the_same_examples(ran: Run) -> None:
    def elsewhere(documents: list[Document]) -> list[Document]:
        text = json.dumps(documents).replace(ran.region, "http://127.0.0.1:1")
        changed: list[Document] = json.loads(
            re.sub(r"(?<=[/\"])[0-9a-f]{12}(?=[_.\"])", lambda found: found[0][::-1], text)
        )
        return changed

    other = dataclasses.replace(
        ran,
        ended=elsewhere(ran.ended),
        reprocessed=elsewhere(ran.reprocessed),
        messages=elsewhere(ran.messages),
        region="http://127.0.0.1:1",
    )
    assert other.ended != ran.ended
    assert examples(other) == examples(ran)


def test_the_example_of_a_retired_part_is_of_the_replaced_revision(ran: Run) -> None:
    shown = examples(ran)
    assert shown["part retired"]["id"] in shown["transcript"]["turns"]["parts"]


def test_the_query_of_the_page_returns_the_conversation(ran: Run) -> None:
    parts = [each for each in ran.ended if each["type"] == "part" and each["jobId"] == CONVERSATION_JOB]
    assert ran.conversation == [turn for part in parts for turn in part["turns"]]
    assert len(ran.conversation) == 4


def test_the_code_of_the_page_finds_who_talks_at_a_moment(ran: Run) -> None:
    assert ran.at_moment == [
        turn
        for turn in ran.conversation
        if turn["offsetInTicks"] <= MOMENT < turn["offsetInTicks"] + turn["durationInTicks"]
    ]
    assert len(ran.at_moment) == 1


def test_a_run_without_a_document_type_is_an_error(ran: Run) -> None:
    less = dataclasses.replace(ran, ended=[each for each in ran.ended if each["type"] != "fileFailure"])
    with pytest.raises(ExampleError, match="fileFailure"):
        examples(less)


def test_the_page_has_no_path_of_this_machine(page: str) -> None:
    assert str(Path.home()) not in page
    assert str(REPOSITORY) not in page
