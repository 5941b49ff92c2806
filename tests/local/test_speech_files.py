"""The simulated Speech service: a job's files, their pages, and contents behind SAS that expire."""

import re
import time
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
import pytest
import requests
from azure.storage.blob import BlobClient

from local.azurite import KEY, Azurite
from local.speech import FileSpec, JobSpec, SpecError, Speech, file_id
from shared.domain.speech_urls import transcription_file_ids
from tests.local.conftest import Api, Body
from tests.waiting import PATIENCE_SECONDS

CONTENT = b'{"recognizedPhrases": []}'


def put(speech: Speech, names: list[str], **changes: object) -> JobSpec:
    """Put a job whose files share one content; return it."""
    job = str(uuid4())
    blob = f"TranscriptionData/{job}.json"
    files = tuple(FileSpec.of(job, name, blob) for name in names)
    spec = msgspec.structs.replace(JobSpec(id=job, files=files), **changes)
    speech.control.put_job(spec, {blob: CONTENT})
    return spec


def fetch(file: Body) -> requests.Response:
    return requests.get(file["links"]["contentUrl"], timeout=30)


def test_a_file_has_its_properties_and_its_content_url_returns_its_content(api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json", "report.json"])
    values = api.body(f"transcriptions/{spec.id}/files", "v3.1")["values"]
    assert [(file["name"], file["kind"]) for file in values] == [
        ("contenturl_0.json", "Transcription"),
        ("report.json", "TranscriptionReport"),
    ]
    for file in values:
        assert file["properties"]["size"] == len(CONTENT)
        assert transcription_file_ids(file["self"]) == (spec.id, file_id(spec.id, file["name"]))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", file["createdDateTime"])
        assert fetch(file).content == CONTENT
        path = f"transcriptions/{spec.id}/files/{file_id(spec.id, file['name'])}"
        assert api.body(path, "v3.1")["name"] == file["name"]


def test_files_come_in_the_order_of_the_job_spec(api: Api) -> None:
    names = ["report.json", "contenturl_1.json", "contenturl_0.json"]
    spec = put(api.speech, names)
    assert [file["name"] for file in api.body(f"transcriptions/{spec.id}/files")["values"]] == names


def test_a_running_job_has_no_files(api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json"], run_seconds=60)
    assert api.body(f"transcriptions/{spec.id}/files") == {"values": []}
    response = api.call(api.url(f"transcriptions/{spec.id}/files/{spec.files[0].id}"))
    assert response.status_code == 404


@pytest.mark.parametrize("version", ["v3.2", "2025-10-15"])
def test_pages_have_the_size_of_the_job_spec_and_next_links(version: str, api: Api) -> None:
    names = [f"contenturl_{index}.json" for index in range(7)]
    spec = put(api.speech, names, page_size=3)
    pages = api.pages(f"transcriptions/{spec.id}/files", version)
    assert [[file["name"] for file in page] for page in pages] == [names[:3], names[3:6], names[6:]]
    pages = api.pages(f"transcriptions/{spec.id}/files", version, top=2, skip=4)
    assert [[file["name"] for file in page] for page in pages] == [names[4:6], names[6:]]


def test_a_full_last_page_has_no_next_link(api: Api) -> None:
    spec = put(api.speech, [f"contenturl_{index}.json" for index in range(4)], page_size=2)
    assert [len(page) for page in api.pages(f"transcriptions/{spec.id}/files")] == [2, 2]


@pytest.mark.parametrize(("version", "name"), [("v3.1", "sasValidityInSeconds"), ("2025-10-15", "sasLifetimeMinutes")])
def test_the_next_link_lacks_the_validity_of_the_sas(version: str, name: str, api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json", "contenturl_1.json"], page_size=1)
    page = api.body(f"transcriptions/{spec.id}/files", version, **{name: 600})
    region = api.speech.control.about().region
    base = f"{region}/speechtotext/{version}/" if version.startswith("v") else f"{region}/speechtotext/"
    version_in_query = "" if version.startswith("v") else "&api-version=3.2"
    assert page["@nextLink"] == f"{base}transcriptions/{spec.id}/files?skip=1{version_in_query}"


def seconds_left(file: Body) -> float:
    """Return for how many seconds the file's SAS is still valid, by its `se`."""
    (expiry,) = parse_qs(urlsplit(file["links"]["contentUrl"]).query)["se"]
    return datetime.fromisoformat(expiry).timestamp() - time.time()


@pytest.mark.parametrize(
    ("version", "parameters", "seconds"),
    [
        ("v3.1", {"sasValidityInSeconds": 600}, 600),
        ("2025-10-15", {"sasLifetimeMinutes": 10}, 600),
        ("v3.1", {}, 12 * 3600),
        ("2025-10-15", {"sasValidityInSeconds": 600}, 12 * 3600),
    ],
)
def test_a_request_may_set_the_validity_of_the_sas(
    version: str, parameters: dict[str, int], seconds: int, api: Api
) -> None:
    spec = put(api.speech, ["contenturl_0.json"])
    path = f"transcriptions/{spec.id}/files"
    for file in (
        api.body(path, version, **parameters)["values"][0],
        api.body(f"{path}/{spec.files[0].id}", version, **parameters),
    ):
        assert seconds - 2 * PATIENCE_SECONDS < seconds_left(file) <= seconds + 1
        assert fetch(file).status_code == 200


def test_azurite_refuses_a_sas_that_expired_and_get_file_gives_a_fresh_one(api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json"], sas_seconds=-5)
    path = f"transcriptions/{spec.id}/files"
    assert fetch(api.body(path, sasLifetimeMinutes=600)["values"][0]).status_code == 403
    api.speech.control.put_job(msgspec.structs.replace(spec, sas_seconds=None), {spec.files[0].blob: CONTENT})
    assert fetch(api.body(f"{path}/{spec.files[0].id}")).status_code == 200


def test_without_a_sas_only_an_authorised_identity_reads_the_content(api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json"], sas=False)
    file = api.body(f"transcriptions/{spec.id}/files")["values"][0]
    assert "?" not in file["links"]["contentUrl"]
    assert fetch(file).status_code in {403, 404}
    with BlobClient.from_blob_url(file["links"]["contentUrl"], credential=KEY) as blob:
        assert blob.download_blob().readall() == CONTENT


def test_deleting_always_gives_204_and_removes_the_contents(api: Api) -> None:
    spec = put(api.speech, ["contenturl_0.json"])
    file = api.body(f"transcriptions/{spec.id}/files")["values"][0]
    for _ in range(2):
        response = api.call(api.url(f"transcriptions/{spec.id}"), "DELETE")
        assert (response.status_code, response.content) == (204, b"")
    assert api.call(api.url(f"transcriptions/{spec.id}")).status_code == 404
    assert fetch(file).status_code == 404


def test_deleting_keeps_shared_contents_and_those_in_the_customers_container(api: Api) -> None:
    shared = put(api.speech, ["contenturl_0.json"])
    other = JobSpec(id=str(uuid4()), files=(FileSpec.of(shared.id, "x.json", shared.files[0].blob),))
    api.speech.control.put_job(other, {shared.files[0].blob: CONTENT})
    kept = put(api.speech, ["contenturl_0.json"], sas=False)
    kept_url = api.body(f"transcriptions/{kept.id}/files")["values"][0]["links"]["contentUrl"]
    for spec in (shared, kept):
        api.call(api.url(f"transcriptions/{spec.id}"), "DELETE")
    assert fetch(api.body(f"transcriptions/{other.id}/files")["values"][0]).content == CONTENT
    with BlobClient.from_blob_url(kept_url, credential=KEY) as blob:
        assert blob.exists()


def test_a_content_may_be_uploaded_in_pieces(api: Api) -> None:
    job = str(uuid4())
    file = FileSpec.of(job, "contenturl_0.json")
    api.speech.control.put_job(JobSpec(id=job, files=(file,)), {file.blob: (CONTENT for _ in range(3))})
    listed = api.body(f"transcriptions/{job}/files/{file.id}")
    assert listed["properties"]["size"] == 3 * len(CONTENT)
    assert fetch(listed).content == 3 * CONTENT


def test_a_file_without_content_needs_a_size(api: Api) -> None:
    job = str(uuid4())
    with pytest.raises(SpecError, match=r"contenturl_0\.json"):
        api.speech.control.put_job(JobSpec(id=job, files=(FileSpec.of(job, "contenturl_0.json"),)))
    lost = FileSpec(id=file_id(job, "a"), name="a", blob="lost", size=12)
    api.speech.control.put_job(JobSpec(id=job, files=(lost,)))
    file = api.body(f"transcriptions/{job}/files")["values"][0]
    assert file["properties"]["size"] == 12
    assert fetch(file).status_code == 404


def test_a_job_of_a_thousand_files_is_listed_whole(api: Api, azurite: Azurite) -> None:
    spec = put(api.speech, [f"contenturl_{index}.json" for index in range(1_000)])
    pages = api.pages(f"transcriptions/{spec.id}/files")
    assert [len(page) for page in pages] == [90] * 10 + [100]
    assert len({file["self"] for page in pages for file in page}) == 1_000
    assert pages[-1][-1]["links"]["contentUrl"].startswith(azurite.blob_origin)
    assert fetch(pages[-1][-1]).content == CONTENT
