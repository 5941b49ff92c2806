"""Checks that no deployment has keys, public access or an old TLS version."""

import re
from collections.abc import Iterator
from typing import Any

from infra.check.deployment import SITE, Deployment, strings
from infra.check.problem import Problem

PASSWORDS = "Microsoft.Web/sites/basicPublishingCredentialsPolicies"
SPEECH = "Microsoft.CognitiveServices/accounts"
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
    SPEECH: {"properties.disableLocalAuth": (True,)},
    "Microsoft.Insights/components": {"properties.DisableLocalAuth": (True,)},
    "Microsoft.OperationalInsights/workspaces": {"properties.features.disableLocalAuth": (True,)},
    SITE: {
        "properties.httpsOnly": (True,),
        "properties.siteConfig.minTlsVersion": ("1.2", "1.3"),
        "properties.siteConfig.scmMinTlsVersion": ("1.2", "1.3"),
    },
    PASSWORDS: {"properties.allow": (False,)},
}
"""For each type: a path in its body, and the allowed values. A missing value is wrong."""

PRIVATE = ("Microsoft.Storage/storageAccounts", "Microsoft.DocumentDB/databaseAccounts")
"""Types without public access once there is a private network."""

_LIST_KEYS = re.compile(r"\blist[A-Z]\w*\(")
_SECRET = re.compile(r"(?i)(AccountKey|SharedAccessKey|SharedAccessSignature|sig)=[^;{}\s]{8}|[A-Za-z0-9+/]{86}==")


def check(one: Deployment) -> Iterator[Problem]:
    """Yield what is insecure in a deployment."""
    private = bool(one.of("Microsoft.Network/virtualNetworks"))
    for resource in one.resources:
        for path, right in MUST.get(resource.type, {}).items():
            if (found := resource.get(path)) not in right:
                text = f"{path} is {_shown(found)}, not {' or '.join(map(_shown, right))}"
                yield Problem("security", resource.type, text)
        if private and resource.type in PRIVATE and resource.get("properties.publicNetworkAccess") != "Disabled":
            text = "there is a private network, and publicNetworkAccess is not Disabled"
            yield Problem("security", resource.type, text)
        if resource.type == SPEECH and not resource.get("properties.customSubDomainName"):
            yield Problem("security", resource.type, "without customSubDomainName there is no Entra ID for it")
        yield from _keys(resource.type, resource.body)
    yield from _keys("outputs", one.snapshot["outputs"])
    # Flex Consumption has no FTP, and refuses a policy for it.
    if {password.name for password in one.of(PASSWORDS)} != {"scm"}:
        yield Problem("security", PASSWORDS, "a publishing password is a key: there must be a policy for scm alone")


def _keys(where: str, body: object) -> Iterator[Problem]:
    for text in strings(body):
        if found := _LIST_KEYS.search(text):
            yield Problem("security", where, f"{found[0]}…) reads keys: use an identity and a role")
        if _SECRET.search(text):
            yield Problem("security", where, "a literal looks like a key")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "not set" if value is None else str(value)
