"""The service's planner accepts every query of the project, sends it to one job, and agrees with local/cosmos."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.domain.containers import TRANSCRIPTS
from tests.contract_cosmos.planner.all_queries import all_queries, asked_queries
from tests.contract_cosmos.planner.asked import Asked, sites
from tests.contract_cosmos.planner.forms import COMPOSED, INVALID
from tests.contract_cosmos.planner.in_code import ask_all
from tests.contract_cosmos.planner.service import Plan, key_of, plan_of, planner, recorded, without_defaults
from tests.contract_cosmos.support import only_local, refusal_of, rows_of

READS_EVERYTHING = {
    "SELECT * FROM c WHERE c.type = 'fileFailure'": "the given-up files of all jobs, which a person asked for",
    "SELECT c.jobId, c.fileId, c.name, c.code, c.message, c.failedAt, c.queueMessage FROM c "
    "WHERE c.type = 'fileFailure'": "the same, on the page for operators, which says so",
    "SELECT TOP 1000 c.jobId, c.fileId, c.ingestedAt, ARRAY_LENGTH(c.turns.parts) AS parts FROM c "
    "WHERE c.ingestedAt >= @since ORDER BY c.ingestedAt": "the recordings since a time that a person named",
    "SELECT TOP 10 c.jobId, c.fileId, c.ingestedAt, c.raw FROM c "
    "WHERE c.ingestedAt >= @since ORDER BY c.ingestedAt DESC": "the newest of these, for doctor",
    "SELECT VALUE COUNT(1) FROM c WHERE c.type = 'fileFailure'": "a count, which needs only the index",
    "SELECT VALUE COUNT(1) FROM c WHERE NOT (c.type IN ('transcript', 'part', 'report', 'fileFailure', 'forgotten', "
    "'track', 'combined', 'turns'))": "the same",
}
"""Queries of `transcripts` that are about all jobs."""

ASKED = asked_queries()
EVERY = all_queries()
ANSWERS = recorded()


def _recorded(asked: Asked) -> Plan:
    key = key_of(asked.query, asked.parameters, asked.paths)
    if key not in ANSWERS:
        pytest.fail(
            f"{asked.where}: no recorded answer of the planner for {asked.query!r}. "
            "Where the planner is, `python -m tests.contract_cosmos.planner.record` records it."
        )
    return ANSWERS[key]


def _without_comments(query: str) -> str:
    return " ".join(line for line in query.splitlines() if not line.startswith("--"))


def test_every_line_that_sends_a_query_was_recorded() -> None:
    run = ask_all().lines
    asking = sites("shared", "local/docs/reader.py")
    assert asking
    assert [site for site, lines in asking.items() if not any((site[0], line) in run for line in lines)] == []


def test_the_pages_have_queries() -> None:
    pages = {asked.where for asked in ASKED if asked.where.endswith(".md")}
    assert pages >= {"README.md", "docs/operations.md"}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.where)
def test_the_planner_accepts_every_query_of_the_project(asked: Asked) -> None:
    assert "refused" not in _recorded(asked)


@pytest.mark.parametrize(
    "asked", [each for each in ASKED if each.container == TRANSCRIPTS.name], ids=lambda it: it.where
)
def test_the_planner_sends_every_query_of_transcripts_to_the_jobs_that_it_names(asked: Asked) -> None:
    ranges = _recorded(asked)["queryRanges"]
    if _without_comments(asked.query) in READS_EVERYTHING:
        assert [each["min"] for each in ranges] == [[]]
        return
    jobs = [value for name, value in asked.parameters.items() if re.fullmatch(r"@(job|id\d+)", name)]
    files = [value for name, value in asked.parameters.items() if re.fullmatch(r"@(file|f\d+)", name)]
    keys = [[job, *file] for job in jobs for file in ([[each] for each in files] or [[]])]
    assert keys
    assert sorted((each["min"], each["max"]) for each in ranges) == sorted((key, key) for key in keys)


def test_every_exception_is_still_a_query() -> None:
    assert {_without_comments(asked.query) for asked in ASKED} >= READS_EVERYTHING.keys()


@pytest.mark.skipif(planner() is None, reason="the planner is not on this machine: its recorded answers are used")
@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked.query[:60])
def test_the_recording_matches_the_planner(asked: Asked) -> None:
    assert plan_of(asked.query, asked.parameters, asked.paths) == _recorded(asked)


def _effective(plan: Plan, paths: tuple[str, ...]) -> Plan:
    """Replace values by EPKs, as the gateway does (azure-cosmos-dotnet-v3, `QueryPartitionProvider`)."""
    key: Any = PartitionKey(paths[0]) if len(paths) == 1 else PartitionKey(list(paths))

    def epk(components: Any) -> str:  # noqa: ANN401 - as it stands in the plan
        if components == "Infinity":
            return "FF"
        return key._get_effective_partition_key_string(components) if components else ""  # noqa: SLF001 - no public way

    def effective(each: dict[str, Any]) -> dict[str, Any]:
        is_prefix = each["min"] == each["max"] and 0 < len(each["min"]) < len(paths)
        return {**each, "min": epk(each["min"]), "max": epk(each["max"]) + ("FF" if is_prefix else "")}

    ranges = sorted(map(effective, plan["queryRanges"]), key=lambda each: str(each["min"]))
    return {"queryInfo": plan["queryInfo"], "queryRanges": ranges}


def _local_plan(container: ContainerProxy, asked: Asked) -> Plan:
    """Ask local/cosmos."""
    spec = {
        "query": asked.query,
        "parameters": [{"name": name, "value": value} for name, value in asked.parameters.items()],
    }
    connection: Any = container.client_connection
    try:
        plan = dict(connection._GetQueryPlanThroughGateway(spec, container.container_link))  # noqa: SLF001 - the only way
    except CosmosHttpResponseError as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        return {"refused": error.http_error_message}
    assert plan.pop("partitionedQueryExecutionInfoVersion") == 2
    return without_defaults(plan)


@only_local
@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked.query[:60])
def test_local_cosmos_plans_like_the_planner(asked: Asked, jobs: ContainerProxy, transcripts: ContainerProxy) -> None:
    container = transcripts if asked.container == TRANSCRIPTS.name else jobs
    theirs, ours = _recorded(asked), _local_plan(container, asked)
    if "refused" in theirs or "refused" in ours:
        assert theirs.keys() == ours.keys(), f"{theirs}\n{ours}"
    else:
        assert ours == _effective(theirs, asked.paths)


@only_local
@pytest.mark.parametrize("asked", [each for each in INVALID if each.query not in COMPOSED], ids=lambda it: it.query)
def test_an_empty_partition_refuses_an_invalid_query(asked: Asked, transcripts: ContainerProxy) -> None:
    values = {name[1:]: value for name, value in asked.parameters.items()}
    refused = refusal_of(lambda: rows_of(transcripts, asked.query, ["empty", "empty"], **values))
    assert refused.status_code == HTTPStatus.BAD_REQUEST


def test_the_recording_has_no_other_query() -> None:
    keys = {key_of(asked.query, asked.parameters, asked.paths) for asked in EVERY}
    assert sorted(ANSWERS.keys() - keys) == []
