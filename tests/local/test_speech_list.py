"""The simulated Speech service: the list of jobs, its pages and its filter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests

from local.speech import JobSpec, Settings, Speech
from tests.local.conftest import Api

BEGIN = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def group(speech: Speech) -> Iterator[str]:
    """Create five jobs `0` … `4`, an hour apart, with a locale that no other job has; return that locale."""
    locale = f"xx-{uuid4().hex}"
    details = [
        ("Succeeded", "plain", None),
        ("Failed", "it's failed", None),
        ("Succeeded", "plain", "two"),
        ("Running", "or (not)", None),
        ("Failed", "plain", None),
    ]
    specs = [
        JobSpec(
            id=str(uuid4()),
            display_name=name,
            description=description or str(number),
            locale=locale,
            created_date_time=BEGIN + timedelta(hours=number),
            run_seconds=10**9 if status == "Running" else 60,
            status="Succeeded" if status == "Running" else status,
            custom_properties={"number": str(number)},
        )
        for number, (status, name, description) in enumerate(details)
    ]
    for spec in specs:
        speech.control.put_job(spec)
    yield locale
    for spec in specs:
        speech.control.delete_job(spec.id)


def numbers(api: Api, locale: str, condition: str) -> str:
    pages = api.pages("transcriptions", filter=condition)
    return "".join(job["customProperties"]["number"] for page in pages for job in page if job["locale"] == locale)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("status eq 'Succeeded'", "02"),
        ("status ne 'Succeeded'", "134"),
        ("status eq 'Succeeded' or status eq 'Failed'", "0124"),
        ("status ne 'NotStarted' and status ne 'Running' and lastActionDateTime ge 2025-03-01T14:01:00Z", "24"),
        # `and` binds more tightly than `or`, `not` more tightly than both
        ("status eq 'Running' or status eq 'Failed' and displayName eq 'plain'", "34"),
        ("not status eq 'Failed' and displayName eq 'plain'", "02"),
        ("not not status eq 'Running'", "3"),
        ("displayName eq 'it''s failed'", "1"),
        ("displayName eq 'or (not)'", "3"),
        ("displayName ne 'plain'", "13"),
        ("description eq 'two'", "2"),
        ("createdDateTime eq 2025-03-01T13:00:00Z", "1"),
        ("createdDateTime ne 2025-03-01T13:00:00Z", "0234"),
        ("createdDateTime gt 2025-03-01T13:00:00Z", "234"),
        ("createdDateTime ge 2025-03-01T14:00:00+01:00", "1234"),
        ("createdDateTime lt '2025-03-01T13:00:00Z'", "0"),
        ("createdDateTime le 2025-03-01T13:00:00Z", "01"),
        ("lastActionDateTime gt 2025-03-01T12:59:00Z and lastActionDateTime le 2025-03-01T15:00:00Z", "123"),
        ("locale ne 'en-US'", "01234"),
    ],
)
def test_a_filter_selects_jobs(condition: str, expected: str, group: str, api: Api) -> None:
    assert numbers(api, group, condition) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "status",
        "status eq",
        "status eq Succeeded",
        "status gt 'Succeeded'",
        "status like 'S'",
        "id eq '1'",
        "createdDateTime ge yesterday",
        "createdDateTime ge 2025-03-01T13:00:00Z)",
        "(status eq 'Failed')",
        "status eq 'Succeeded' and (status eq 'Failed' or status eq 'Running')",
        "status+eq+'Failed'",
        "status eq 'Failed' status eq 'Running'",
        "status eq 'Failed' and",
        "status eq 'Failed",
        "not",
        "contains(displayName, 'x')",
    ],
)
def test_an_undocumented_filter_gives_400(condition: str, api: Api) -> None:
    response = api.call(api.url("transcriptions"), filter=condition)
    assert response.status_code == 400
    assert response.json()["code"] == "InvalidPayload"


def test_skip_and_top_select_a_page_of_the_filtered_list(group: str, api: Api) -> None:
    condition = f"locale eq '{group}' and status ne 'Running'"
    page = api.body("transcriptions", filter=condition, skip=1, top=2)
    assert [job["customProperties"]["number"] for job in page["values"]] == ["1", "2"]
    assert api.body("transcriptions", filter=condition, skip=4)["values"] == []


@pytest.mark.parametrize("continuation", [None, "skiptoken"])
@pytest.mark.parametrize("version", ["v3.1", "2024-11-15"])
def test_the_parameters_of_next_links_lead_through_all_pages(
    version: str, continuation: str | None, group: str, api: Api
) -> None:
    api.speech.control.configure(Settings(requests_per_window=1_000_000, continuation=continuation))
    pages = api.pages("transcriptions", version, top=2, filter=f"locale eq '{group}'")
    assert [[job["customProperties"]["number"] for job in page] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


def test_the_next_link_lacks_filter_and_top_and_has_another_host_and_version(group: str, api: Api) -> None:
    page = api.body("transcriptions", top=2, filter=f"locale eq '{group}'")
    region = api.speech.control.about().region
    assert page["@nextLink"] == f"{region}/speechtotext/transcriptions?skip=2&api-version=3.2"


def test_a_plus_in_the_query_is_not_a_space(group: str, api: Api) -> None:
    url = f"{api.url('transcriptions')}&filter=locale+eq+'{group}'"
    assert requests.get(url, headers={"Ocp-Apim-Subscription-Key": api.speech.key}, timeout=30).status_code == 400


@pytest.mark.parametrize(("name", "value"), [("skip", "fdsgf"), ("skip", "-1"), ("top", "0"), ("top", "1.5")])
def test_invalid_skip_or_top_gives_400(name: str, value: str, api: Api) -> None:
    response = api.call(api.url("transcriptions"), "GET", **{name: value})
    assert response.status_code == 400
    assert response.json()["code"] == "InvalidPayload"
    assert value in response.json()["message"]


def test_a_page_is_shorter_than_requested_unless_it_is_the_last(api: Api) -> None:
    locale = f"xx-{uuid4().hex}"
    specs = [JobSpec(id=str(uuid4()), locale=locale) for _ in range(101)]
    for spec in specs:
        api.speech.control.put_job(spec)
    pages = api.pages("transcriptions", top=1000, filter=f"locale eq '{locale}'")
    for spec in specs:
        api.speech.control.delete_job(spec.id)
    assert [len(page) for page in pages] == [90, 11]
