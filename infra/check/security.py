"""What must hold of every deployment, whatever its parameters: no keys, no public doors, no old TLS, known roles."""

import re
from collections.abc import Iterator
from typing import Any

from infra.check import tree
from infra.check.problem import Problem
from infra.check.roles import COSMOS_ROLES, ROLES
from infra.check.source import Tree
from infra.check.values import Planned
from infra.check.walk import expressions, walk

MUST: dict[str, dict[str, tuple[Any, ...]]] = {
    "Microsoft.Storage/storageAccounts": {
        "properties.allowSharedKeyAccess": (False,),
        "properties.allowBlobPublicAccess": (False,),
        "properties.minimumTlsVersion": ("TLS1_2", "TLS1_3"),
        "properties.supportsHttpsTrafficOnly": (True,),
        "properties.allowCrossTenantReplication": (False,),
        "properties.isLocalUserEnabled": (False,),
    },
    "Microsoft.Storage/storageAccounts/blobServices/containers": {"properties.publicAccess": ("None",)},
    "Microsoft.DocumentDB/databaseAccounts": {
        "properties.disableLocalAuth": (True,),
        "properties.disableKeyBasedMetadataWriteAccess": (True,),
        "properties.minimalTlsVersion": ("Tls12",),
        "properties.backupPolicy.type": ("Continuous",),
    },
    "Microsoft.CognitiveServices/accounts": {"properties.disableLocalAuth": (True,)},
    "Microsoft.Insights/components": {"properties.DisableLocalAuth": (True,)},
    "Microsoft.OperationalInsights/workspaces": {"properties.features.disableLocalAuth": (True,)},
    "Microsoft.Web/sites": {
        "properties.httpsOnly": (True,),
        "properties.siteConfig.ftpsState": ("Disabled", "FtpsOnly"),
        "properties.siteConfig.minTlsVersion": ("1.2", "1.3"),
        "properties.siteConfig.scmMinTlsVersion": ("1.2", "1.3"),
    },
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"properties.allow": (False,)},
}
"""For each type: a path in its body, and the values that are right; left out is wrong."""

PRIVATE = ("Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts")
"""Types that nobody reaches from outside once there is a private network."""

_PRINCIPALS = {"User", "Group", "ServicePrincipal"}
_SECRET = re.compile(r"(?i)(AccountKey|SharedAccessKey|SharedAccessSignature|sig)=[^;{}\s]{8}|[A-Za-z0-9+/]{86}==")


def check_text(bicep: Tree) -> Iterator[Problem]:
    """Give every call that reads keys, and every literal that looks like one."""
    for source in bicep.sources.values():
        declared = [*source.file.declarations, *(one.resource for one in source.resources if one.within)]
        for node in (node for one in declared for expr in expressions(one) for node, _ in walk(expr)):
            if isinstance(node, tree.Call) and re.match(r"list([A-Z]|$)", node.name):
                yield Problem(
                    source.file.path, node.line, "security", f"{node.name} reads keys: use an identity and a role"
                )
            elif isinstance(node, tree.Text) and any(
                isinstance(part, str) and _SECRET.search(part) for part in node.parts
            ):
                yield Problem(source.file.path, node.line, "security", "a literal looks like a key")


def check_plan(resources: list[Planned]) -> Iterator[Problem]:
    """Give what is not safe in a deployment."""
    private = any(one.type == "Microsoft.Network/virtualNetworks" for one in resources)
    passwords = {one.name for one in resources if one.type.endswith("/basicPublishingCredentialsPolicies")}
    for one in (one for one in resources if not one.existing):
        for path, right in MUST.get(one.type, {}).items():
            found = one.get(*path.split("."))
            if found not in right:
                yield _at(one, f"{path} is {_shown(found)}, not {' or '.join(_shown(value) for value in right)}")
        if private and one.type in PRIVATE and (found := one.get("properties", "publicNetworkAccess")) != "Disabled":
            yield _at(one, f"there is a private network, and publicNetworkAccess is {_shown(found)}")
        if one.type == "Microsoft.Web/sites" and passwords != {"ftp", "scm"}:
            yield _at(
                one, "a publishing password is a key: basicPublishingCredentialsPolicies ftp and scm must be there"
            )
        if one.type == "Microsoft.CognitiveServices/accounts" and not one.get("properties", "customSubDomainName"):
            yield _at(one, "without customSubDomainName there is no Entra ID for it")
        yield from _assignment(one)


def _assignment(one: Planned) -> Iterator[Problem]:
    role, kind = _last(one.get("properties", "roleDefinitionId")), one.get("properties", "principalType")
    if one.type.endswith("/sqlRoleAssignments") and role not in COSMOS_ROLES:
        yield _at(one, f"{role} is no known role on Cosmos DB's data")
    if one.type == "Microsoft.Authorization/roleAssignments":
        if role not in ROLES:
            yield _at(one, f"{role} is no known role")
        if kind not in _PRINCIPALS:
            yield _at(one, f"principalType is {_shown(kind)}: without it a new identity is not found")


def _at(one: Planned, text: str) -> Problem:
    return Problem(one.file, one.line, "security", f"{one.type}: {text}")


def _last(value: object) -> str:
    return str(value).rpartition("/")[2]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "not set" if value is None else str(value)
