"""Mistakes that no compiler finds. Each is seeded into the committed snapshots, and a rule must find it.

A snapshot is JSON, so a mistake is a path and another value. These tests need no compiler.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.check import snapshots
from infra.check.deployment import Deployment
from infra.check.problem import KINDS, Kind
from infra.check.run import ruled

GONE = object()
APP = "Microsoft.Web/sites"
SETTINGS = "Microsoft.Web/sites/config"
EXTENSION = "Microsoft.Web/sites/extensions"
PLAN = "Microsoft.Web/serverfarms"
STORAGE = "Microsoft.Storage/storageAccounts"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
SPEECH = "Microsoft.CognitiveServices/accounts"
ROLES = "Microsoft.Authorization/roleAssignments"
COSMOS_ROLES = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"
INDEXING = "properties.resource.indexingPolicy"
PUBLIC = "properties.publicNetworkAccess"
FUNCTIONS = "properties.functionAppConfig"
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUE_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
QUEUE_SENDER = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"
SPEECH_USER = "f2dc8367-1007-4938-bd23-fe263f013447"
COSMOS_READER = "00000000-0000-0000-0000-000000000001"
OWNER_OF_ALL = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
GROUP = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-dev"


@dataclass(frozen=True)
class Mutant:
    """A mistake: in the resource of this type whose id contains `part`, the value at `path` becomes `value`."""

    kind: Kind
    says: str
    type: str
    path: str
    value: Any
    part: str = ""
    deployment: str = "default"

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"

    def apply(self, world: "World") -> None:
        """Make the mistake."""
        made = world.made[self.deployment]["predictedResources"]
        found = next(one for one in made if one["type"] == self.type and self.part in json.dumps(one))
        if self.path == "":
            made.remove(found)
            return
        *above, last = self.path.split(".")
        for key in above:
            found = found[int(key) if isinstance(found, list) else key]
        if self.value is GONE:
            del found[last]
        else:
            found[int(last) if isinstance(found, list) else last] = self.value


@dataclass
class World:
    """The input of the rules: the parameter files' texts, the snapshots, the template's outline."""

    infra: Path
    parameters: dict[str, str]
    made: dict[str, dict[str, Any]]
    outline: dict[str, Any]

    @classmethod
    def read(cls) -> "World":
        """Read the committed files."""
        files = snapshots.parameter_files(snapshots.INFRA)
        read = {file.stem: Deployment.read(file) for file in files}
        return cls(
            snapshots.INFRA,
            {name: one.parameters for name, one in read.items()},
            {name: one.snapshot for name, one in read.items()},
            snapshots.read(snapshots.INFRA, snapshots.OUTLINE),
        )

    def problems(self) -> list[str]:
        """Return the rules' findings without duplicates."""
        deployments = [Deployment(name, self.parameters[name], self.made[name]) for name in self.made]
        return sorted({str(problem) for _, problem in ruled(self.infra, deployments, self.outline)})


COMMITTED = World.read()


def setting(kind: Kind, says: str, name: str, value: Any) -> Mutant:  # noqa: ANN401 - JSON
    return Mutant(kind, says, SETTINGS, f"properties.{name}", value)


MUTANTS = (
    Mutant("security", "allowSharedKeyAccess is true", STORAGE, "properties.allowSharedKeyAccess", True),
    Mutant("security", "minimumTlsVersion is not set", STORAGE, "properties.minimumTlsVersion", GONE),
    Mutant("security", "publicNetworkAccess", STORAGE, PUBLIC, "Enabled", deployment="private"),
    Mutant("security", "publicNetworkAccess", COSMOS, PUBLIC, "Enabled", deployment="private"),
    Mutant("security", "disableLocalAuth is not set", COSMOS, "properties.disableLocalAuth", GONE),
    Mutant("security", "disableLocalAuth is false", SPEECH, "properties.disableLocalAuth", False),
    Mutant("security", "customSubDomainName", SPEECH, "properties.customSubDomainName", GONE),
    Mutant("security", "publicAccess is Blob", BLOBS, "properties.publicAccess", "Blob"),
    Mutant("security", "httpsOnly is not set", APP, "properties.httpsOnly", GONE),
    Mutant("security", "a policy for scm alone", f"{APP}/basicPublishingCredentialsPolicies", "", GONE, "/scm"),
    Mutant("security", "listKeys(…) reads keys", STORAGE, "tags.key", "[listKeys('x', '2025-01-01').keys[0].value]"),
    setting("security", "looks like a key", "RAW_CONTAINER", "AccountKey=abcdefghijkl"),
    setting("security", "SPEECH_KEY is given", "SPEECH_KEY", "abc"),
    setting("setting", "POLL_GET_LIMIT is in docs/settings.md and not given", "POLL_GET_LIMIT", GONE),
    setting("setting", "NBEST_WORD is given", "NBEST_WORD", "first"),
    setting("setting", "RAW_ARCHIVE: found 'on please'", "RAW_ARCHIVE", "on please"),
    setting("setting", "POLL_MIN_SECONDS is 60: settings are strings", "POLL_MIN_SECONDS", 60),
    setting("setting", "AZURE_CLIENT_ID is not given", "AZURE_CLIENT_ID", GONE),
    setting("queue", "function_app.py uses other-jobs, which is not made", "JOBS_QUEUE", "other-jobs"),
    Mutant("queue", "uses transcription-results-poison", QUEUES, "", GONE, "transcription-results-poison"),
    Mutant("queue", "spare is made", QUEUES, "name", "stor/default/spare", "transcription-jobs"),
    Mutant("container", "RAW_CONTAINER names raw-results, which is not made", BLOBS, "", GONE, "raw-results"),
    Mutant("container", "the app is deployed from app-package", BLOBS, "", GONE, "app-package"),
    Mutant(
        "container", "environments on one account would share it", APP, f"{FUNCTIONS}.deployment.storage.value", "x/a"
    ),
    Mutant("container", "partitionKey", CONTAINERS, "properties.resource.partitionKey.kind", "Hash", "/jobId"),
    Mutant("container", "indexingPolicy", CONTAINERS, f"{INDEXING}.includedPaths.0.path", "/x/?"),
    Mutant("container", "indexingPolicy", CONTAINERS, f"{INDEXING}.compositeIndexes", [], "/jobs"),
    Mutant("container", "defaultTtl is None", CONTAINERS, "properties.resource.defaultTtl", GONE),
    Mutant("container", "jobs is in the database ,", CONTAINERS, "name", "jobs", "/jobs"),
    Mutant("container", "needs jobs, which is not made", CONTAINERS, "", GONE, "containers/jobs"),
    setting("container", "COSMOS_DATABASE is other", "COSMOS_DATABASE", "other"),
    Mutant("role", "app lacks Storage Blob Data Owner", ROLES, "", GONE, BLOB_OWNER),
    Mutant("role", "app lacks Cognitive Services Speech User", ROLES, "", GONE, SPEECH_USER),
    Mutant(
        "role",
        "what for?",
        ROLES,
        "properties.roleDefinitionId",
        f"/x/{OWNER_OF_ALL}",
        SPEECH_USER,
    ),
    Mutant("role", "principalType is None", ROLES, "properties.principalType", GONE),
    Mutant("role", "on resource group: what for?", ROLES, "id", f"{GROUP}/providers/{ROLES}/x", BLOB_OWNER),
    Mutant("role", "on Cosmos DB account: what for?", COSMOS_ROLES, "properties.scope", f"{GROUP}/x"),
    Mutant(
        "role",
        "app lacks Cosmos DB Built-in Data Contributor",
        COSMOS_ROLES,
        "properties.roleDefinitionId",
        f"/x/{COSMOS_READER}",
    ),
    Mutant(
        "setting",
        "without a custom subdomain the deployment does not fail",
        SETTINGS,
        "properties.SPEECH_ENDPOINT",
        "[reference('x').endpoint]",
        deployment="existing",
    ),
    setting("role", "is not on what SPEECH_ENDPOINT names", "SPEECH_ENDPOINT", "https://other.example"),
    Mutant("role", "operator lacks", COSMOS_ROLES, "", GONE, COSMOS_READER, "operator"),
    Mutant("role", "sender has", ROLES, "properties.roleDefinitionId", QUEUE_CONTRIBUTOR, QUEUE_SENDER, "everything"),
    Mutant("flex", "sku.name is Y1", PLAN, "sku.name", "Y1"),
    Mutant("flex", "serverFarmId is not the plan", PLAN, "id", "/other"),
    Mutant("flex", "runtime.version is 3.9", APP, f"{FUNCTIONS}.runtime.version", "3.9"),
    Mutant("flex", "siteConfig.ftpsState", APP, "properties.siteConfig.ftpsState", "Disabled"),
    Mutant("flex", "fetched by another identity", APP, f"{FUNCTIONS}.deployment.storage.authentication", {}),
    setting("flex", "__credential is managedIdentity", "AzureWebJobsStorage__credential", "managedIdentity"),
    setting("flex", "the setting FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_WORKER_RUNTIME", "python"),
    setting("flex", "the setting AzureWebJobsStorage ", "AzureWebJobsStorage", ""),
    Mutant(
        "flex",
        "no function poll_job",
        APP,
        f"{FUNCTIONS}.scaleAndConcurrency.alwaysReady.0.name",
        "function:poll_job",
        deployment="everything",
    ),
    Mutant("flex", "not MSDeploy", EXTENSION, "name", "func/MSDeploy", deployment="everything"),
    Mutant("flex", "packageUri is None", EXTENSION, "properties.packageUri", GONE, deployment="everything"),
    Mutant(
        "flex", "packageUri is http:", EXTENSION, "properties.packageUri", "http://a.example", deployment="everything"
    ),
    Mutant("flex", "remoteBuild is not true", EXTENSION, "properties.remoteBuild", False, deployment="everything"),
    Mutant("flex", "not clean, packageUri, remoteBuild", EXTENSION, "properties.clean", True, deployment="everything"),
    Mutant("azd", "azd-service-name is app", APP, "tags.azd-service-name", "app"),
    Mutant("azd", "no tag azd-env-name", "Microsoft.Resources/resourceGroups", "tags", {}),
    Mutant("coverage", "0 by default, at least 1 expected", "Microsoft.Insights/components", "", GONE),
)


def test_the_committed_snapshots_break_no_rule() -> None:
    assert COMMITTED.problems() == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_seeded_mistake_is_found_by_its_rule(mutant: Mutant) -> None:
    world = copy.deepcopy(COMMITTED)
    mutant.apply(world)
    found = world.problems()
    assert any(line.startswith(f"{mutant.kind}: ") and mutant.says in line for line in found), found


def _no_wait(world: World) -> None:
    world.outline["resources"]["cosmos/assignments"]["after"].remove("cosmos/collections")


def _app_too_early(world: World) -> None:
    world.outline["resources"]["functionApp"]["after"].remove("speech")


def _installed_too_early(world: World) -> None:
    world.outline["resources"]["functionApp/package"]["after"].remove("functionApp/settings")


def _installed_without_rights(world: World) -> None:
    for module in ("storage", "network"):  # network waits for storage
        world.outline["resources"]["functionApp"]["after"].remove(module)


def _at_once(world: World) -> None:
    del world.outline["resources"]["cosmos/collections"]["serial"]


def _no_output(world: World) -> None:
    world.outline["outputs"].remove("AZURE_LOCATION")


def _one_more_required(world: World) -> None:
    world.outline["parameters"]["owner"] = {"type": "string", "required": True, "default": None}


def _renamed(world: World) -> None:
    world.outline["parameters"]["natGatewayEnabled"] = world.outline["parameters"].pop("vnetEnabled")


def _new_type(world: World) -> None:
    world.outline["resources"]["network/gateway"] = {"type": "Microsoft.Network/unseen", "after": []}


def _no_private(world: World) -> None:
    del world.made["private"]


OTHERS: dict[Callable[[World], None], tuple[Kind, str]] = {
    _no_wait: ("order", "cosmos/assignments does not wait for cosmos/collections"),
    _app_too_early: ("order", "functionApp/app does not wait for speech/roles"),
    _installed_too_early: ("order", "functionApp/package does not wait for functionApp/settings"),
    _installed_without_rights: ("order", "functionApp/package does not wait for storage/roles"),
    _at_once: ("order", "cosmos/collections needs @batchSize(1)"),
    _no_output: ("azd", "there is no output AZURE_LOCATION"),
    _one_more_required: ("azd", "main.bicep demands owner"),
    _renamed: ("azd", "main.bicep has no parameter vnetEnabled"),
    _new_type: ("coverage", "Microsoft.Network/unseen"),
    _no_private: ("coverage", "private.bicepparam"),
}
"""Mistakes in the template's outline and in the set of deployments."""


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: change.__name__)
def test_a_mistake_in_the_template_is_found(change: Callable[[World], None]) -> None:
    world = copy.deepcopy(COMMITTED)
    change(world)
    kind, says = OTHERS[change]
    assert any(line.startswith(f"{kind}: ") and says in line for line in world.problems()), world.problems()


@pytest.mark.parametrize("instead", ["// none", "param nbestWords = 'first'"])
def test_a_parameter_without_a_deployment_that_sets_it_is_found(instead: str) -> None:
    world = copy.deepcopy(COMMITTED)
    written = world.parameters["everything"]
    world.parameters["everything"] = written.replace("param nbestWords = 'all'", instead)
    (found,) = world.problems()
    assert found.startswith("coverage: main.bicep: no deployment in infra/snapshots gives the parameter nbestWords")


def test_mistakes_in_azds_parameters_and_service_are_found(tmp_path: Path) -> None:
    world = copy.deepcopy(COMMITTED)
    world.infra = tmp_path / "infra"
    world.infra.mkdir()
    written = (snapshots.INFRA / "main.parameters.json").read_text("utf-8")
    (world.infra / "main.parameters.json").write_text(written.replace("=serverless}", "=Serverless}"), "utf-8")
    azure = (snapshots.INFRA.parent / "azure.yaml").read_text("utf-8")
    (tmp_path / "azure.yaml").write_text(
        azure.replace("  api:", "  app:").replace("remoteBuild", "localBuild"), "utf-8"
    )
    assert [line.partition(": ")[2] for line in world.problems()] == [
        "Microsoft.Web/sites: azd-service-name is api, azure.yaml names app",
        "azure.yaml: lacks remoteBuild: true",
        "main.parameters.json: cosmosCapacity is 'Serverless' by default, not one of serverless, autoscale",
    ]


def test_every_kind_of_rule_has_at_least_two_seeded_mistakes() -> None:
    tried = [mutant.kind for mutant in MUTANTS] + [kind for kind, _ in OTHERS.values()]
    by_compiler = {"compiler", "snapshot"}
    assert [kind for kind in KINDS if tried.count(kind) < 2 and kind not in by_compiler] == []
