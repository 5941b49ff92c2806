"""Every setting with its meaning and limits. `make docs` generates docs/settings.md from this table."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo

from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from shared.domain.speech_urls import NEWEST, RETIRED_ON
from shared.domain.storage_account import STORAGE_SETTINGS, connection_secrets, storage_problems
from shared.domain.urls import HostRule
from shared.errors import Misconfigured
from shared.masking import mask_from_now_on
from shared.setting_types import HostList, Origin, QueueName, Schedule, Url, host_entries, may_be_secret

_ONE_QUEUE = "JOBS_QUEUE, RESULTS_QUEUE: name the same queue; each function would take the other's messages"


class Settings(BaseModel):
    """The checked settings. Build them with `from_env`. A field's alias is the name of its environment variable."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    speech_endpoint: Origin = Field(
        alias="SPEECH_ENDPOINT",
        description="URL of the Speech resource: its custom subdomain (`https://NAME.cognitiveservices.azure.com`) or "
        "the host of its region. Entra ID works only with a custom subdomain.",
    )
    speech_api_version: Literal["v3.1", "v3.2", "2024-11-15", "2025-10-15"] = Field(
        NEWEST,
        alias="SPEECH_API_VERSION",
        description="Version of the batch transcription API. Microsoft has announced to retire v3.1 and v3.2 on "
        f"{RETIRED_ON}. v3.1 cannot read jobs that were created with a later version.",
    )
    speech_key: SecretStr | None = Field(
        None,
        alias="SPEECH_KEY",
        description="Key of the Speech resource. Leave it out in Azure: the app then uses its own identity.",
    )
    content_hosts: HostList = Field(
        ".blob.core.windows.net",
        alias="CONTENT_HOSTS",
        description="Sources of result files, separated by commas: hosts, suffixes that begin with a dot, and origins "
        "such as `http://127.0.0.1:10000`. Hosts and suffixes allow only https and public addresses.",
    )
    cosmos_endpoint: Origin = Field(
        alias="COSMOS_ENDPOINT", description="URL of the Cosmos DB account: `https://NAME.documents.azure.com`."
    )
    cosmos_key: SecretStr | None = Field(
        None,
        alias="COSMOS_KEY",
        description="Key of the Cosmos DB account. Leave it out in Azure: the app then uses its own identity.",
    )
    cosmos_database: str = Field("speech", alias="COSMOS_DATABASE", min_length=1, description="The app's database.")
    storage: SecretStr | None = Field(
        None,
        alias="AzureWebJobsStorage",
        description="Connection string of the storage account with the queues and raw results. Only for one machine.",
    )
    storage_blob_uri: Url | None = Field(
        None,
        alias="AzureWebJobsStorage__blobServiceUri",
        description="URL of the account's blob service, instead of a connection string. The app uses its own identity.",
    )
    storage_queue_uri: Url | None = Field(
        None,
        alias="AzureWebJobsStorage__queueServiceUri",
        description="URL of the account's queue service. The Functions host and the command line use it.",
    )
    jobs_queue: QueueName = Field(
        JOBS_QUEUE,
        alias="JOBS_QUEUE",
        description="Queue to which users send transcription ids. Change it only while the queue is empty, because "
        "nothing reads the queue of the old name.",
    )
    results_queue: QueueName = Field(
        RESULTS_QUEUE,
        alias="RESULTS_QUEUE",
        description="Queue on which the functions send messages to each other. Change it only while it is empty.",
    )
    poll_schedule: Schedule = Field(
        "0 * * * * *",
        alias="POLL_SCHEDULE",
        description="When the timer polls: six fields, seconds first. Microsoft asks not to poll Speech more than once "
        "a minute.",
    )
    poll_min_seconds: int = Field(
        60,
        alias="POLL_MIN_SECONDS",
        ge=0,
        le=600,
        description="Shortest pause between two polls of one job. Pauses double up to 10 minutes.",
    )
    poll_get_limit: int = Field(
        10,
        alias="POLL_GET_LIMIT",
        ge=0,
        le=100,
        description="Up to this many due jobs get one request each. If more are due, one filtered list finds the jobs "
        "that ended.",
    )
    not_found_minutes: int = Field(
        10,
        alias="NOT_FOUND_MINUTES",
        ge=0,
        le=1440,
        description="A job for which Speech answers 404 ends as `notFound` only after this time.",
    )
    max_pending_hours: int = Field(
        72,
        alias="MAX_PENDING_HOURS",
        ge=1,
        le=744,
        description="A job that Speech has not ended this long after it was accepted ends as `expired`.",
    )
    requeue_minutes: int = Field(
        30,
        alias="REQUEUE_MINUTES",
        ge=1,
        le=1440,
        description="If no file of a job came in for this long, its files are listed again.",
    )
    retry_min_seconds: int = Field(
        60,
        alias="RETRY_MIN_SECONDS",
        ge=1,
        le=3600,
        description="First pause before a job's files are listed again, which retries what failed temporarily. Later "
        "pauses grow up to 60 times this.",
    )
    give_up_hours: int = Field(
        24,
        alias="GIVE_UP_HOURS",
        ge=0,
        le=744,
        description="Temporary failures are retried for this long, but not longer than Speech keeps the job. Then the "
        "file is given up, or the job expires. 0: a file is given up after five tries.",
    )
    missing_minutes: int = Field(
        120,
        alias="MISSING_MINUTES",
        ge=0,
        le=1440,
        description="If the report is missing, or counts more or fewer files than the list has, the files are listed "
        "again for this long. Then the job ends as `completedWithErrors`.",
    )
    retention_days: int | None = Field(
        None,
        alias="RETENTION_DAYS",
        ge=1,
        le=24_000,
        description="Documents are deleted after this many days; without it they stay. In Azure a rule of the storage "
        "account deletes the raw results too.",
    )
    raw_archive: bool = Field(
        True,
        alias="RAW_ARCHIVE",
        description="Whether Blob storage keeps every result file, unchanged, with gzip.",
    )
    raw_container: str = Field(
        "raw-results",
        alias="RAW_CONTAINER",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        min_length=3,
        max_length=63,
        description="Blob container of the raw results.",
    )
    nbest_words: Literal["first", "all"] = Field(
        "first",
        alias="NBEST_WORDS",
        description="Hypotheses that Cosmos DB stores with their words. `first`: only nBest[0]; `all`: every one.",
    )
    turn_gap_seconds: float = Field(
        3.0,
        alias="TURN_GAP_SECONDS",
        ge=0,
        le=3600,
        description="A phrase joins the previous turn if the speaker is the same and the phrase begins less than this "
        "after the turn's end.",
    )

    @model_validator(mode="after")
    def _has_one_storage_account_and_two_queues(self) -> Self:
        secret = self.storage.get_secret_value() if self.storage else None
        problems = storage_problems(secret, self.storage_blob_uri, self.storage_queue_uri)
        if self.jobs_queue == self.results_queue:
            problems.append(_ONE_QUEUE)
        if problems:
            raise ValueError(". ".join(problems))
        return self

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in `environ`. Values are stripped, and blank values count as absent.

        From then on `masked` removes the settings' keys. Raises Misconfigured with a sentence for each setting that is
        missing or wrong.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            # pydantic runs no model validator while a field is wrong, but the error shall name all problems at once.
            wrong = [_sentence(problem, given) for problem in error.errors() if problem["loc"]]
            raise Misconfigured(wrong + _whole_problems(given)) from None
        mask_from_now_on(*settings._keys())  # noqa: SLF001 - of its own class
        return settings

    def _keys(self) -> Iterator[str]:
        for secret in (self.speech_key, self.cosmos_key):
            if secret is not None:
                yield secret.get_secret_value()
        if self.storage is not None:
            yield from connection_secrets(self.storage.get_secret_value())

    def content_rule(self) -> HostRule:
        """Return the rule of CONTENT_HOSTS for links to result files."""
        return HostRule("CONTENT_HOSTS", host_entries(self.content_hosts))

    @property
    def retention_seconds(self) -> int | None:
        """RETENTION_DAYS in seconds; None if documents stay."""
        return None if self.retention_days is None else self.retention_days * 86_400


def settings_table() -> list[tuple[str, FieldInfo]]:
    """Return the name in the environment and the field of every setting, in the order of the class."""
    return [(str(field.alias), field) for field in Settings.model_fields.values()]


SECRETS = frozenset({"SPEECH_KEY", "COSMOS_KEY", "AzureWebJobsStorage"})
"""Settings whose values are never shown."""


def _sentence(problem: Any, given: Mapping[str, str]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    name = str(problem["loc"][0])
    if problem["type"] == "missing":
        return f"{name}: is missing. {dict(settings_table())[name].description}"
    found = "(not shown)" if name in SECRETS or may_be_secret(given[name]) else repr(given[name])
    return f"{name}: found {found}. {str(problem['msg']).removeprefix('Value error, ')}"


def _whole_problems(given: Mapping[str, str]) -> list[str]:
    one_queue = given.get("JOBS_QUEUE", JOBS_QUEUE) == given.get("RESULTS_QUEUE", RESULTS_QUEUE)
    storage = storage_problems(*(given.get(name) for name in STORAGE_SETTINGS))
    return storage + ([_ONE_QUEUE] if one_queue else [])
