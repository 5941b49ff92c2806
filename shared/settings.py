"""Every setting, its meaning and its limits; docs/settings.md is made from this table."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo

from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from shared.domain.speech_urls import NEWEST, RETIRED_ON
from shared.domain.storage_account import STORAGE_SETTINGS, storage_problems
from shared.domain.urls import HostRule, origin_of
from shared.errors import Misconfigured
from shared.masking import mask_from_now_on
from shared.setting_types import HostList, Origin, QueueName, Schedule, Url

_ONE_QUEUE = "JOBS_QUEUE, RESULTS_QUEUE: name the same queue; each function would take the other's messages"


class Settings(BaseModel):
    """What the environment says. Build it with `from_env`; every field is the environment variable in its alias."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    speech_endpoint: Origin = Field(
        alias="SPEECH_ENDPOINT",
        description="The Speech resource: its custom subdomain (`https://NAME.cognitiveservices.azure.com`) or its "
        "region's host. Entra ID works with a custom subdomain only.",
    )
    speech_api_version: Literal["v3.1", "v3.2", "2024-11-15", "2025-10-15"] = Field(
        NEWEST,
        alias="SPEECH_API_VERSION",
        description="Version of the batch transcription API to ask in. Microsoft announced to retire v3.1 and v3.2 on "
        f"{RETIRED_ON}; v3.1 cannot read jobs that a later version created.",
    )
    speech_key: SecretStr | None = Field(
        None,
        alias="SPEECH_KEY",
        description="Key of the Speech resource. Leave it out in Azure: the app's own identity is used then.",
    )
    content_hosts: HostList = Field(
        ".blob.core.windows.net",
        alias="CONTENT_HOSTS",
        description="Where result files may be fetched from, by comma: a host, a suffix that begins with a dot (both "
        "https, public addresses only), or a whole origin such as `http://127.0.0.1:10000`.",
    )
    cosmos_endpoint: Origin = Field(
        alias="COSMOS_ENDPOINT", description="The Cosmos DB account: `https://NAME.documents.azure.com`."
    )
    cosmos_key: SecretStr | None = Field(
        None,
        alias="COSMOS_KEY",
        description="Key of the Cosmos DB account. Leave it out in Azure: the app's own identity is used then.",
    )
    cosmos_database: str = Field("speech", alias="COSMOS_DATABASE", min_length=1, description="Database to write to.")
    storage: SecretStr | None = Field(
        None,
        alias="AzureWebJobsStorage",
        description="Connection string of the storage account with the queues and raw results; for one machine only.",
    )
    storage_blob_uri: Url | None = Field(
        None,
        alias="AzureWebJobsStorage__blobServiceUri",
        description="In place of a connection string: the account's blob endpoint, reached as the app's own identity.",
    )
    storage_queue_uri: Url | None = Field(
        None,
        alias="AzureWebJobsStorage__queueServiceUri",
        description="The account's queue endpoint; read by the Functions host and by the command line.",
    )
    jobs_queue: QueueName = Field(
        JOBS_QUEUE,
        alias="JOBS_QUEUE",
        description="Queue that transcription ids are enqueued on. Change it only while the queue is empty: nothing "
        "reads messages on a queue of the old name.",
    )
    results_queue: QueueName = Field(
        RESULTS_QUEUE,
        alias="RESULTS_QUEUE",
        description="Queue on which the functions send work to each other. Change it only while the queue is empty.",
    )
    poll_schedule: Schedule = Field(
        "0 * * * * *",
        alias="POLL_SCHEDULE",
        description="When pending jobs are asked for: six fields, seconds first. Speech asks not to do it more than "
        "once a minute.",
    )
    poll_min_seconds: int = Field(
        60,
        alias="POLL_MIN_SECONDS",
        ge=0,
        le=600,
        description="Shortest wait between two polls of one job; it doubles up to 10 minutes.",
    )
    poll_get_limit: int = Field(
        10,
        alias="POLL_GET_LIMIT",
        ge=0,
        le=100,
        description="Up to so many due jobs are asked for one by one; above, one filtered list finds what ended.",
    )
    not_found_minutes: int = Field(
        10,
        alias="NOT_FOUND_MINUTES",
        ge=0,
        le=1440,
        description="A job that Speech does not know is asked for again after so long before it is given up.",
    )
    max_pending_hours: int = Field(
        72,
        alias="MAX_PENDING_HOURS",
        ge=1,
        le=744,
        description="A job that Speech has not ended so long after it was accepted expires.",
    )
    requeue_minutes: int = Field(
        30,
        alias="REQUEUE_MINUTES",
        ge=1,
        le=1440,
        description="A job being ingested that stands still for so long has its files listed again.",
    )
    retry_min_seconds: int = Field(
        60,
        alias="RETRY_MIN_SECONDS",
        ge=1,
        le=3600,
        description="What failed in passing is retried by listing the job's files again: first after so long, then "
        "after growing pauses, up to 60 times this.",
    )
    give_up_hours: int = Field(
        24,
        alias="GIVE_UP_HOURS",
        ge=0,
        le=744,
        description="What fails in passing is retried for so long, but no longer than Speech keeps the job; then the "
        "file is given up, or the job expires. 0: given up after five tries.",
    )
    missing_minutes: int = Field(
        120,
        alias="MISSING_MINUTES",
        ge=0,
        le=1440,
        description="A job without a report, or whose report counts another number of files than are listed, is listed "
        "again for so long before it ends as `completedWithErrors`.",
    )
    retention_days: int | None = Field(
        None,
        alias="RETENTION_DAYS",
        ge=1,
        le=24_000,
        description="Documents go after so many days; left out, they stay. In Azure the raw results follow, by a rule "
        "of the storage account.",
    )
    raw_archive: bool = Field(
        True, alias="RAW_ARCHIVE", description="Keep every result file as Speech wrote it, gzip, in Blob storage."
    )
    raw_container: str = Field(
        "raw-results",
        alias="RAW_CONTAINER",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        min_length=3,
        max_length=63,
        description="Container of the raw results.",
    )
    nbest_words: Literal["first", "all"] = Field(
        "first",
        alias="NBEST_WORDS",
        description="`first`: only nBest[0] keeps its words in Cosmos DB; `all`: every hypothesis does.",
    )
    turn_gap_seconds: float = Field(
        3.0,
        alias="TURN_GAP_SECONDS",
        ge=0,
        le=3600,
        description="Phrases of one speaker are one turn when the next begins less than this after the end so far.",
    )

    @model_validator(mode="after")
    def _has_one_storage_account(self) -> Self:
        secret = self.storage.get_secret_value() if self.storage else None
        problems = storage_problems(secret, self.storage_blob_uri, self.storage_queue_uri)
        if problems:
            raise ValueError(". ".join(problems))
        return self

    @model_validator(mode="after")
    def _has_two_queues(self) -> Self:
        if self.jobs_queue == self.results_queue:
            raise ValueError(_ONE_QUEUE)
        return self

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in `environ`; white space around a value does not count, an empty one is left out.

        From then on no text of this process shows their keys. Raises Misconfigured with one sentence for each setting
        that is missing or wrong.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            # pydantic skips checks of the whole while a field is wrong, but all problems are to be named at once.
            wrong = [_sentence(problem, given) for problem in error.errors() if problem["loc"]]
            raise Misconfigured(wrong + _whole_problems(given)) from None
        mask_from_now_on(*settings._keys())  # noqa: SLF001 - of its own class
        return settings

    def _keys(self) -> Iterator[str]:
        for secret in (self.speech_key, self.cosmos_key):
            if secret is not None:
                yield secret.get_secret_value()
        if self.storage is not None:
            for name, _, value in (part.partition("=") for part in self.storage.get_secret_value().split(";")):
                if name.strip().lower() in _STORAGE_KEYS:
                    yield value.strip()

    def content_rule(self) -> HostRule:
        """Return where result files may be fetched from."""
        return HostRule("CONTENT_HOSTS", _split(self.content_hosts))

    @property
    def retention_seconds(self) -> int | None:
        """RETENTION_DAYS in seconds; None: documents stay."""
        return None if self.retention_days is None else self.retention_days * 86_400


def settings_table() -> list[tuple[str, FieldInfo]]:
    """Return every setting: its name in the environment and its field, in the table's order."""
    return [(str(field.alias), field) for field in Settings.model_fields.values()]


_STORAGE_KEYS = frozenset({"accountkey", "sharedaccesssignature"})
"""The secret parts of a connection string."""

SECRETS = frozenset({"SPEECH_KEY", "COSMOS_KEY", "AzureWebJobsStorage"})
"""Settings whose values are never shown."""

_SECRET_MARKS = ("key=", "sig=", "signature=", "password=", "secret=", "token=", "@")


def _split(entries: str) -> tuple[str, ...]:
    names = (entry.strip().lower() for entry in entries.split(",") if entry.strip())
    return tuple(origin_of(urlsplit(name)) if "://" in name else name for name in names)


def _sentence(problem: Any, given: Mapping[str, str]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    name = str(problem["loc"][0])
    if problem["type"] == "missing":
        return f"{name}: is missing. {Settings.model_fields[_field(name)].description}"
    return f"{name}: found {_shown(name, given[name])}. {str(problem['msg']).removeprefix('Value error, ')}"


def _shown(name: str, value: str) -> str:
    # A connection string, a signed URL, or one with a password, put where it does not belong, is a secret all the same.
    secret = name in SECRETS or any(mark in value.lower() for mark in _SECRET_MARKS)
    return "(not shown)" if secret else repr(value)


def _whole_problems(given: Mapping[str, str]) -> list[str]:
    one_queue = given.get("JOBS_QUEUE", JOBS_QUEUE) == given.get("RESULTS_QUEUE", RESULTS_QUEUE)
    storage = storage_problems(*(given.get(name) for name in STORAGE_SETTINGS))
    return storage + ([_ONE_QUEUE] if one_queue else [])


def _field(alias: str) -> str:
    return next(name for name, field in Settings.model_fields.items() if field.alias == alias)
