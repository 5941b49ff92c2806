"""Settings from the environment: every problem is reported at once, by name, and no secret is shown."""

import pickle
import traceback

import pytest

from shared.errors import ForbiddenUrl, Misconfigured
from shared.settings import SECRETS, Settings, settings_table

GOOD = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com/",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com:443/",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}

WRONG = {
    "SPEECH_ENDPOINT": "eastus.api.cognitive.microsoft.com",
    "SPEECH_API_VERSION": "v3.0",
    "CONTENT_HOSTS": "*.blob.core.windows.net",
    "COSMOS_ENDPOINT": "ftp://contoso.documents.azure.com",
    "AzureWebJobsStorage__blobServiceUri": "contoso.blob",
    "AzureWebJobsStorage__queueServiceUri": "contoso.queue",
    "JOBS_QUEUE": "jobs-poison",
    "RESULTS_QUEUE": "Results",
    "POLL_SCHEDULE": "* * * * *",
    "POLL_MIN_SECONDS": "a minute",
    "POLL_GET_LIMIT": "101",
    "NOT_FOUND_MINUTES": "-1",
    "MAX_PENDING_HOURS": "0",
    "REQUEUE_MINUTES": "0",
    "RETRY_MIN_SECONDS": "0",
    "GIVE_UP_HOURS": "745",
    "MISSING_MINUTES": "-1",
    "RETENTION_DAYS": "0",
    "RAW_ARCHIVE": "perhaps",
    "RAW_CONTAINER": "Raw_Results",
    "NBEST_WORDS": "none",
    "TURN_GAP_SECONDS": "-0.1",
}

CANNOT_BE_WRONG = {"SPEECH_KEY", "COSMOS_KEY", "COSMOS_DATABASE", "AzureWebJobsStorage"}
"""Any text is valid for these."""


def problems(environ: dict[str, str]) -> list[str]:
    """Return the problems of the error for `environ`."""
    with pytest.raises(Misconfigured) as misconfigured:
        Settings.from_env(environ)
    return misconfigured.value.problems


def test_required_settings_are_enough_and_the_others_have_defaults() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.speech_endpoint == "https://contoso.cognitiveservices.azure.com"
    assert settings.cosmos_endpoint == "https://contoso.documents.azure.com:443"
    assert (settings.speech_api_version, settings.cosmos_database) == ("2025-10-15", "speech")
    assert (settings.raw_archive, settings.raw_container, settings.nbest_words) == (True, "raw-results", "first")
    assert (settings.jobs_queue, settings.results_queue) == ("transcription-jobs", "transcription-results")
    assert (settings.poll_schedule, settings.poll_min_seconds, settings.poll_get_limit) == ("0 * * * * *", 60, 10)
    assert (settings.not_found_minutes, settings.max_pending_hours, settings.requeue_minutes) == (10, 72, 30)
    assert (settings.retry_min_seconds, settings.give_up_hours, settings.missing_minutes) == (60, 24, 120)
    assert (settings.turn_gap_seconds, settings.retention_days, settings.retention_seconds) == (3.0, None, None)
    assert settings.content_hosts == ".blob.core.windows.net"


def test_all_missing_settings_are_reported_at_once_with_their_purpose() -> None:
    found = problems({})
    assert [sentence.partition(":")[0] for sentence in found] == [
        "SPEECH_ENDPOINT",
        "COSMOS_ENDPOINT",
        "AzureWebJobsStorage",
    ]
    assert all("is missing" in sentence for sentence in found)
    assert "custom subdomain" in found[0]
    assert "AzureWebJobsStorage__blobServiceUri" in found[2]


def test_all_invalid_settings_are_reported_at_once_with_their_values() -> None:
    found = {sentence.partition(":")[0]: sentence for sentence in problems(WRONG)}
    assert found.keys() == WRONG.keys()
    for name, value in WRONG.items():
        assert repr(value) in found[name]
    assert WRONG.keys() | CANNOT_BE_WRONG == {name for name, _ in settings_table()}


def test_missing_storage_is_reported_together_with_invalid_settings() -> None:
    environ = {**GOOD, "POLL_GET_LIMIT": "many", "AzureWebJobsStorage": ""}
    assert [sentence.partition(":")[0] for sentence in problems(environ)] == ["POLL_GET_LIMIT", "AzureWebJobsStorage"]
    assert len(problems({**GOOD, "AzureWebJobsStorage": " "})) == 1


def test_one_name_for_both_queues_is_refused_together_with_other_problems() -> None:
    (sentence,) = problems({**GOOD, "JOBS_QUEUE": "transcription-results"})
    assert sentence.startswith("JOBS_QUEUE, RESULTS_QUEUE: name the same queue")
    assert len(problems({"RESULTS_QUEUE": "transcription-jobs"})) == 4


def test_the_error_text_has_all_problems() -> None:
    with pytest.raises(Misconfigured) as misconfigured:
        Settings.from_env(WRONG)
    for name in WRONG:
        assert f"- {name}: " in str(misconfigured.value)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SPEECH_API_VERSION", "v3.0", "2025-10-15"),
        ("POLL_GET_LIMIT", "101", "100"),
        ("POLL_SCHEDULE", "* * * * *", "six fields"),
        ("NBEST_WORDS", "none", "'all'"),
        ("CONTENT_HOSTS", "127.0.0.1:10000", "whole origin"),
        ("SPEECH_ENDPOINT", "https://contoso.cognitiveservices.azure.com/speechtotext/v3.2", "without a path"),
    ],
)
def test_the_error_about_a_value_says_what_is_allowed(name: str, value: str, allowed: str) -> None:
    (sentence,) = problems({**GOOD, name: value})
    assert sentence.startswith(f"{name}: found {value!r}")
    assert allowed in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPEECH_ENDPOINT", "https://contoso.example:port"),
        ("SPEECH_ENDPOINT", "https://contoso.example:99999"),
        ("SPEECH_ENDPOINT", "https://"),
        ("SPEECH_ENDPOINT", "http://[::1"),
        ("CONTENT_HOSTS", ".blob.core.windows.net,http://127.0.0.1:port"),
        ("CONTENT_HOSTS", "http://127.0.0.1:10000/devstoreaccount1"),
        ("CONTENT_HOSTS", "a b"),
        ("RAW_CONTAINER", "ab"),
        ("RAW_CONTAINER", "-raw"),
        ("RETENTION_DAYS", "24001"),
        ("JOBS_QUEUE", "x" * 50),  # one more than the limit
        ("RESULTS_QUEUE", "transcription-jobs-poison"),
    ],
)
def test_values_that_would_fail_later_are_refused_at_the_start(name: str, value: str) -> None:
    assert [sentence.partition(":")[0] for sentence in problems({**GOOD, name: value})] == [name]


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_value_counts_as_unset(empty: str) -> None:
    optional = {name: empty for name, field in settings_table() if not field.is_required()}
    assert Settings.from_env({**optional, **GOOD}) == Settings.from_env(GOOD)


def test_white_space_around_a_value_is_ignored() -> None:
    settings = Settings.from_env({**GOOD, "SPEECH_KEY": "abc\n", "SPEECH_API_VERSION": " v3.2 "})
    assert settings.speech_key is not None
    assert settings.speech_key.get_secret_value() == "abc"
    assert settings.speech_api_version == "v3.2"


def test_other_environment_variables_are_ignored() -> None:
    assert Settings.from_env({**GOOD, "PATH": "/bin", "speech_key": "x"}) == Settings.from_env(GOOD)


def test_secrets_are_never_shown() -> None:
    secret = "s3cr3t-of-the-test"  # noqa: S105 - made up here
    environ = {**GOOD, **dict.fromkeys(SECRETS, secret)}
    settings = Settings.from_env(environ)
    assert secret not in f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    with pytest.raises(Misconfigured) as misconfigured:
        Settings.from_env({**environ, "POLL_GET_LIMIT": "x"})
    assert secret not in "".join(traceback.format_exception(misconfigured.value))
    assert secret.encode() not in pickle.dumps(misconfigured.value.problems)


@pytest.mark.parametrize(
    "value",
    [
        "AccountEndpoint=https://contoso.documents.azure.com:443/;AccountKey=s3cr3t==;",
        "https://contoso.blob.core.windows.net/?sv=2021&sig=s3cr3t",
        "https://user:s3cr3t@contoso.example",
    ],
)
@pytest.mark.parametrize("name", ["COSMOS_ENDPOINT", "CONTENT_HOSTS", "AzureWebJobsStorage__blobServiceUri"])
def test_a_secret_in_the_wrong_place_is_refused_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as misconfigured:
        Settings.from_env({**GOOD, name: value})
    assert "s3cr3t" not in "".join(traceback.format_exception(misconfigured.value))
    assert f"{name}: found (not shown)" in str(misconfigured.value)


def test_storage_is_given_by_a_connection_string_or_by_uris() -> None:
    identity = {**GOOD, "AzureWebJobsStorage": "", "AzureWebJobsStorage__blobServiceUri": "https://x.blob.example/"}
    settings = Settings.from_env(identity)
    assert (settings.storage, settings.storage_blob_uri) == (None, "https://x.blob.example")


def test_host_lists_are_read_entry_by_entry() -> None:
    environ = {**GOOD, "CONTENT_HOSTS": " .Blob.core.windows.net , results.example,, http://127.0.0.1:10000/ "}
    content = Settings.from_env(environ).content_rule()
    assert content.entries == (".blob.core.windows.net", "results.example", "http://127.0.0.1:10000")
    assert content.check("http://127.0.0.1:10000/devstoreaccount1/a").trusted
    assert not content.check("https://x.blob.core.windows.net/a").trusted
    with pytest.raises(ForbiddenUrl, match="CONTENT_HOSTS"):
        content.check("https://contoso.cognitiveservices.azure.com/")


KEYED = "DefaultEndpointsProtocol=https;AccountName=first;AccountKey=s3cr3t==;EndpointSuffix=core.windows.net"


@pytest.mark.parametrize(
    "connection",
    [
        KEYED,
        KEYED.replace("first", "FIRST"),
        "BlobEndpoint=https://first.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=s3cr3t",
        "QueueEndpoint=https://first.queue.core.windows.net;SharedAccessSignature=sig=s3cr3t",
    ],
)
@pytest.mark.parametrize("service", ["blob", "queue"])
def test_a_connection_string_and_a_uri_of_another_account_are_refused(connection: str, service: str) -> None:
    name = f"AzureWebJobsStorage__{service}ServiceUri"
    environ = {**GOOD, "AzureWebJobsStorage": connection, name: f"https://second.{service}.core.windows.net"}
    for further in ({}, {"POLL_GET_LIMIT": "x"}):
        found = problems({**environ, **further})
        (sentence,) = (each for each in found if name in each)
        assert "'second'" in sentence
        assert "AzureWebJobsStorage names 'first'" in sentence
        assert "s3cr3t" not in "".join(found)
        assert len(found) == 1 + len(further)


def test_both_uris_of_another_account_are_reported_at_once() -> None:
    uris = {
        f"AzureWebJobsStorage__{service}ServiceUri": f"https://second.{service}.core.windows.net"
        for service in ("blob", "queue")
    }
    found = problems({**GOOD, "AzureWebJobsStorage": KEYED, **uris})
    assert [sentence.partition(":")[0] for sentence in found] == list(uris)


@pytest.mark.parametrize(
    ("connection", "blob", "queue"),
    [
        (KEYED, "https://first.blob.core.windows.net/", "https://FIRST.queue.core.windows.net"),
        (KEYED, "https://first.privatelink.blob.core.windows.net", ""),
        (
            "UseDevelopmentStorage=true",
            "http://127.0.0.1:10000/devstoreaccount1",
            "http://localhost:1/devstoreaccount1/",
        ),
        ("", "https://second.blob.core.windows.net", "https://second.queue.core.windows.net"),
        (KEYED, "", ""),
    ],
)
def test_a_connection_string_and_uris_of_one_account_are_accepted(connection: str, blob: str, queue: str) -> None:
    environ = {"AzureWebJobsStorage__blobServiceUri": blob, "AzureWebJobsStorage__queueServiceUri": queue}
    settings = Settings.from_env({**GOOD, "AzureWebJobsStorage": connection, **environ})
    assert (settings.storage is None) == (not connection)


def test_retention_days_are_converted_to_seconds() -> None:
    assert Settings.from_env({**GOOD, "RETENTION_DAYS": "30"}).retention_seconds == 30 * 24 * 3600


def test_every_setting_has_a_description() -> None:
    assert all(field.description for _, field in settings_table())
    assert {name for name, _ in settings_table()} >= SECRETS
