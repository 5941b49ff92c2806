"""The simulated Speech service: a job's object in every version of the API, and over time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import requests

from local.speech import FileSpec, JobError, JobSpec, Speech
from shared.domain.speech_urls import transcription_id
from tests.local.conftest import TOKEN, Api

VERSIONS = ("v3.1", "v3.2", "2024-11-15", "2025-10-15")


def job(**changes: object) -> JobSpec:
    return msgspec.structs.replace(JobSpec(id=str(uuid4())), **changes)


@pytest.mark.parametrize("version", VERSIONS)
def test_links_name_the_regional_host_and_dated_versions_another_version(version: str, api: Api) -> None:
    spec = job(model="aaa321e9-5a4e-4db1-88a2-f251bbe7b555")
    api.speech.control.put_job(spec)
    body = api.body(f"transcriptions/{spec.id}", version)
    region = api.speech.control.about().region
    assert region != api.speech.endpoint
    base = f"{region}/speechtotext/{version}" if version.startswith("v") else f"{region}/speechtotext"
    query = "" if version.startswith("v") else "?api-version=3.2"
    assert body["self"] == f"{base}/transcriptions/{spec.id}{query}"
    assert body["links"]["files"] == f"{base}/transcriptions/{spec.id}/files{query}"
    assert body["model"]["self"] == f"{base}/models/base/{spec.model}{query}"


@pytest.mark.parametrize("rest", ["", "/files", "/files/00000000-0000-4000-8000-00000000000f"])
@pytest.mark.parametrize("created_in", ["v3.2", "2025-10-15"])
def test_v31_cannot_read_what_a_later_version_created(created_in: str, rest: str, api: Api) -> None:
    spec = job(created_in=created_in)
    api.speech.control.put_job(spec)
    refused = api.call(api.url(f"transcriptions/{spec.id}{rest}", "v3.1"))
    assert (refused.status_code, refused.json()["code"]) == (400, "InvalidRequest")
    assert "API version v3.2 or higher" in refused.json()["message"]
    for version in ("v3.2", "2024-11-15", "2025-10-15"):
        assert api.call(api.url(f"transcriptions/{spec.id}", version)).status_code == 200


def test_properties_have_the_names_of_the_version(api: Api) -> None:
    properties = {
        "durationMilliseconds": 3_723_580,
        "timeToLiveHours": 48,
        "diarization": {"enabled": True, "maxSpeakers": 3},
    }
    spec = job(properties=properties)
    api.speech.control.put_job(spec)
    path = f"transcriptions/{spec.id}"
    for version in ("2024-11-15", "2025-10-15"):
        assert api.body(path, version)["properties"] == properties
    for version in ("v3.1", "v3.2"):
        assert api.body(path, version)["properties"] == {
            "duration": "PT1H2M3.58S",
            "timeToLive": "PT48H",
            "diarizationEnabled": True,
            "diarization": {"speakers": {"minCount": 1, "maxCount": 3}},
        }


def test_a_job_shows_what_its_creator_gave_it(api: Api) -> None:
    spec = job(display_name="call 7", description="a call", locale="de-DE", custom_properties={"queue": "support"})
    api.speech.control.put_job(spec)
    body = api.body(f"transcriptions/{spec.id}")
    shown = (body["displayName"], body["description"], body["locale"], body["customProperties"])
    assert shown == ("call 7", "a call", "de-DE", {"queue": "support"})


@pytest.mark.parametrize(
    ("age", "status", "since", "properties"),
    [
        (0, "NotStarted", 0, {}),
        (5_000, "Running", 3_600, {}),
        (9_000, "Failed", 7_200, {"durationMilliseconds": 1000, "error": {"code": "InvalidAudio", "message": "none"}}),
    ],
)
def test_a_job_goes_from_not_started_through_running_to_its_end(
    api: Api, age: int, status: str, since: int, properties: dict[str, object]
) -> None:
    created = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age)
    spec = job(
        created_date_time=created,
        not_started_seconds=3_600,
        run_seconds=3_600,
        status="Failed",
        error=JobError(code="InvalidAudio", message="none"),
        properties={"durationMilliseconds": 1000},
    )
    api.speech.control.put_job(spec)
    body = api.body(f"transcriptions/{spec.id}")
    assert (body["status"], body["properties"]) == (status, properties)
    assert datetime.fromisoformat(body["lastActionDateTime"]) == created + timedelta(seconds=since)


def test_a_job_created_long_ago_ended_long_ago(api: Api) -> None:
    spec = job(created_date_time=datetime(2022, 9, 10, 18, 39, 7, tzinfo=UTC), run_seconds=2)
    api.speech.control.put_job(spec)
    body = api.body(f"transcriptions/{spec.id}")
    assert body["status"] == "Succeeded"
    assert body["lastActionDateTime"] == "2022-09-10T18:39:09Z"


def test_a_job_may_have_an_undocumented_status(api: Api) -> None:
    spec = job(status="Postponed")
    api.speech.control.put_job(spec)
    assert api.body(f"transcriptions/{spec.id}")["status"] == "Postponed"


def test_a_job_may_run_for_ever_without_files(api: Api) -> None:
    file = FileSpec(id=str(uuid4()), name="contenturl_0.json", blob="none", size=1)
    spec = job(status="Running", run_seconds=10**8, files=(file,))
    api.speech.control.put_job(spec)
    assert api.body(f"transcriptions/{spec.id}")["status"] == "Running"
    assert api.body(f"transcriptions/{spec.id}/files")["values"] == []


def test_ids_are_compared_in_lower_case(api: Api) -> None:
    file = FileSpec(id=str(uuid4()).upper(), name="contenturl_0.json", blob="none", size=1)
    spec = JobSpec(id=str(uuid4()).upper(), files=(file,))
    api.speech.control.put_job(spec)
    for written in (spec.id, spec.id.lower()):
        assert transcription_id(api.body(f"transcriptions/{written}")["self"]) == spec.id.lower()
        assert api.body(f"transcriptions/{written}/files/{file.id.lower()}")["name"] == file.name


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("rest", ["", "/files", "/files/00000000-0000-4000-8000-00000000000f"])
def test_unknown_resources_give_404_with_code_and_message(version: str, rest: str, api: Api) -> None:
    response = api.call(api.url(f"transcriptions/{uuid4()}{rest}", version))
    assert response.status_code == 404
    assert response.json()["code"] == "NotFound"
    assert response.json()["message"]


def test_a_removed_job_is_unknown(api: Api) -> None:
    spec = job()
    api.speech.control.put_job(spec)
    api.speech.control.delete_job(spec.id)
    assert api.call(api.url(f"transcriptions/{spec.id}")).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{}, {"Ocp-Apim-Subscription-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}],
)
def test_a_wrong_key_or_token_gives_401_in_the_gateways_shape(headers: dict[str, str], api: Api) -> None:
    response = requests.get(api.url("transcriptions"), headers=headers, timeout=30)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "401"
    assert response.json()["error"]["message"]


def test_a_bearer_token_is_accepted_in_place_of_the_key(api: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.get(api.url("transcriptions"), headers=headers, timeout=30).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/speechtotext/transcriptions", 400),
        ("/speechtotext/transcriptions?api-version=2020-01-01", 400),
        ("/speechtotext/transcriptions?api-version=v3.1", 400),
        ("/speechtotext/v3.0/transcriptions", 404),
        ("/speechtotext/2025-10-15/transcriptions", 404),
        ("/somewhere/else", 404),
    ],
)
def test_versions_and_paths_that_do_not_exist_are_refused(path: str, status: int, api: Api, speech: Speech) -> None:
    response = api.call(speech.endpoint + path)
    assert response.status_code == status
    assert set(response.json()) == {"code", "message"}
