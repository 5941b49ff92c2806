"""The table of role assignments: who has which role on what, and why. More or fewer are problems.

Ids: "Azure built-in roles" and, for Cosmos DB, "Data plane security reference" on Microsoft Learn. What the host needs
of its storage account: "Tutorial: Create a function app that connects to Azure services using identities".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from infra.check import code
from infra.check.deployment import Deployment, Resource, referenced
from infra.check.problem import Problem

AZURE = "Microsoft.Authorization/roleAssignments"
COSMOS = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"

ROLES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "f2dc8367-1007-4938-bd23-fe263f013447": "Cognitive Services Speech User",
    "00000000-0000-0000-0000-000000000001": "Cosmos DB Built-in Data Reader",
    "00000000-0000-0000-0000-000000000002": "Cosmos DB Built-in Data Contributor",
}
"""The roles that a deployment may assign, by id."""

PEOPLE = {
    "00000000-0000-4000-8000-00000000000a": "operator",
    "00000000-0000-4000-8000-00000000000b": "operator",
    "00000000-0000-4000-8000-00000000000c": "sender",
    "00000000-0000-4000-8000-00000000000d": "reader",
    "00000000-0000-4000-8000-00000000000e": "eraser",
}
"""The meaning of the object ids in the parameter files of infra/snapshots."""


@dataclass(frozen=True)
class Right:
    """A role assignment of a deployment.

    `on`: the type of the resource. `setting`: the app setting that names the resource on which the app uses the role.
    `evidence`: files of the code that use it, each with a text in it; none if the platform uses it.
    """

    who: str
    role: str
    on: str
    setting: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)


_STORAGE = "Microsoft.Storage/storageAccounts"
_SPEECH = "Microsoft.CognitiveServices/accounts"
_DATABASE = "Cosmos DB database"
RIGHTS = (
    # The host's leases, its package, and raw results. Microsoft requires owner for the leases.
    Right(
        *("app", "Storage Blob Data Owner", _STORAGE, "AzureWebJobsStorage__blobServiceUri"),
        {"function_app.py": "@app.timer_trigger(", "shared/adapters/blob.py": "BlobServiceClient("},
    ),
    # Triggers read and delete, bindings send, the host looks up poison queues.
    Right(
        *("app", "Storage Queue Data Contributor", _STORAGE, "AzureWebJobsStorage__queueServiceUri"),
        {"function_app.py": "@app.queue_output("},
    ),
    # The host's diagnostic events.
    Right("app", "Storage Table Data Contributor", _STORAGE, "AzureWebJobsStorage__tableServiceUri"),
    Right(
        "app",
        "Monitoring Metrics Publisher",
        "Microsoft.Insights/components",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ),
    Right(
        *("app", "Cognitive Services Speech User", _SPEECH, "SPEECH_ENDPOINT"),
        {"shared/adapters/identity.py": "https://cognitiveservices.azure.com/.default"},
    ),
    Right(
        *("app", "Cosmos DB Built-in Data Contributor", _DATABASE, "COSMOS_ENDPOINT"),
        {"shared/adapters/cosmos/client.py": "CosmosClient("},
    ),
    Right("operator", "Storage Queue Data Contributor", _STORAGE),
    Right("operator", "Storage Blob Data Reader", f"{_STORAGE}/blobServices/containers"),
    Right("operator", "Cognitive Services Speech User", _SPEECH),
    Right("operator", "Cosmos DB Built-in Data Reader", _DATABASE),
    Right("sender", "Storage Queue Data Message Sender", f"{_STORAGE}/queueServices/queues"),
    Right("reader", "Cosmos DB Built-in Data Reader", _DATABASE),
    # Receiving and deleting messages, and changing what a message about several recordings says.
    Right("eraser", "Storage Queue Data Contributor", _STORAGE),
    Right("eraser", "Storage Blob Data Contributor", f"{_STORAGE}/blobServices/containers"),
    Right("eraser", "Cognitive Services Speech User", _SPEECH),
    Right("eraser", "Cosmos DB Built-in Data Contributor", _DATABASE),
)
"""docs/security.md says for each why no smaller role is enough."""

SDKS = {"azure.storage.blob", "azure.cosmos", "azure.identity", "azure.functions", "azure.core"}
"""Azure packages that this table takes into account. A new package needs a look at its roles."""


def check(one: Deployment) -> Iterator[Problem]:
    """Yield each missing role assignment, and each one too many."""
    given = {(right.who, right.role, right.on) for right in RIGHTS}
    found = dict[tuple[str, str, str], Resource]()
    for assignment in one.of(AZURE) + one.of(COSMOS):
        key = (_who(one, assignment), _role(assignment), _on(assignment))
        found[key] = assignment
        if key not in given:
            yield Problem("role", assignment.type, f"{key[0]} has {key[1]} on {key[2]}: what for?")
        kind = assignment.get("properties.principalType")
        if assignment.type == AZURE and kind not in {"User", "Group", "ServicePrincipal"}:
            yield Problem("role", AZURE, f"principalType is {kind}: without it a new identity is not found")
    present = {"app", *(PEOPLE.get(person, person) for person in one.principals)}
    for right in (right for right in RIGHTS if right.who in present):
        assigned = found.get((right.who, right.role, right.on))
        target = referenced(one.settings.get(right.setting))
        if not assigned:
            yield Problem("role", AZURE, f"{right.who} lacks {right.role} on {right.on}")
        # A role on Cosmos DB's data applies to one database of the account.
        elif right.setting and _scope(assigned) not in {target, f"{target}/dbs/{one.settings.get('COSMOS_DATABASE')}"}:
            yield Problem("role", assigned.type, f"{right.role} is not on what {right.setting} names")


def evidence() -> Iterator[Problem]:
    """Yield where the table differs from what the code does."""
    for right in RIGHTS:
        for file, text in right.evidence.items():
            if text not in (code.ROOT / file).read_text("utf-8"):
                asked = f"{file} has no {text!r} any more: does the app need {right.role}?"
                yield Problem("role", "infra/check/rights.py", asked)
    for package in sorted(code.azure_packages()):
        if not any(package == one or package.startswith(f"{one}.") for one in SDKS):
            yield Problem("role", "infra/check/rights.py", f"the code uses {package}: which role does it need?")


def _who(one: Deployment, assignment: Resource) -> str:
    principal = assignment.get("properties.principalId")
    return "app" if referenced(principal) in one.identities else PEOPLE.get(str(principal), str(principal))


def _role(assignment: Resource) -> str:
    role = str(assignment.get("properties.roleDefinitionId")).rpartition("/")[2]
    return ROLES.get(role, f"the unknown role {role}")


def _scope(assignment: Resource) -> str:
    return str(assignment.get("properties.scope")) if assignment.type == COSMOS else assignment.scope


def _on(assignment: Resource) -> str:
    """Return the type of the resource on which a role is assigned, without names."""
    scope = _scope(assignment)
    if assignment.type == COSMOS:
        return _DATABASE if "/dbs/" in scope else "Cosmos DB account"
    provider = scope.rpartition("/providers/")[2].split("/")
    return "/".join([provider[0], *provider[1::2]]) if "/providers/" in scope else "resource group"
