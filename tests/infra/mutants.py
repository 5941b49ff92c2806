"""Mistakes seeded into the real Bicep, one at a time: each must be found, and as what it is.

When the Bicep changes so that an edit no longer applies, change the edit: the test says which.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from infra.check.source import INFRA


@dataclass(frozen=True)
class Mutant:
    """`old`, which stands exactly once in `file`, becomes `new`; the check must say `kind`."""

    kind: str
    file: str
    old: str
    new: str

    def write(self, folder: Path) -> Path:
        """Copy infra and azure.yaml into `folder`, make the mistake there, and return the copy of infra.

        Raises ValueError if the edit does not apply.
        """
        copy = folder / INFRA.name
        shutil.copytree(INFRA, copy, ignore=shutil.ignore_patterns("check", "types", "__pycache__"))
        shutil.copy(INFRA.parent / "azure.yaml", folder)
        path = folder / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {self.old!r} {text.count(self.old)} times, not once: mend the mutant")
        path.write_text(text.replace(self.old, self.new), "utf-8")
        return copy

    def __str__(self) -> str:
        return f"{self.kind}, {Path(self.file).name}: {self.old.strip().splitlines()[0][:50]}"


_MAIN = "infra/main.bicep"
_APP = "infra/modules/function-app.bicep"
_STORAGE = "infra/modules/storage.bicep"
_ACCOUNT = "infra/modules/storage-account.bicep"
_COSMOS = "infra/modules/cosmos.bicep"
_COSMOS_ACCOUNT = "infra/modules/cosmos-account.bicep"
_SPEECH = "infra/modules/speech.bicep"
_SPEECH_ACCOUNT = "infra/modules/speech-account.bicep"
_MONITORING = "infra/modules/monitoring.bicep"
_ALERTS = "infra/modules/alerts.bicep"
_NETWORK = "infra/modules/network.bicep"
_IDENTITY = "infra/modules/identity.bicep"
_TYPES = "infra/modules/types.bicep"
_PARAMETERS = "infra/main.parameters.json"

MUTANTS = (
    Mutant("syntax", _MAIN, "targetScope = 'subscription'", "targetScope = 'subscription"),
    Mutant("syntax", _COSMOS, "resource database 'Microsoft", "resource 'Microsoft"),
    Mutant("syntax", _APP, "output name string = app.name", "output name string app.name"),
    Mutant("syntax", _APP, "location: location\n  tags: tags\n  kind", "location: location tags: tags\n  kind"),
    Mutant("unknown-type", _APP, "'Microsoft.Web/serverfarms@", "'Microsoft.Web/serverFarmz@"),
    Mutant("unknown-type", _IDENTITY, "userAssignedIdentities@", "userIdentities@"),
    Mutant("api-version", _APP, "Microsoft.Web/serverfarms@2024-11-01", "Microsoft.Web/serverfarms@2024-04-01"),
    Mutant("api-version", _COSMOS, "sqlDatabases/containers@2025-04-15", "sqlDatabases/containers@2024-05-15"),
    Mutant("api-version", _ALERTS, "actionGroups@2023-01-01", "actionGroups@2022-06-01"),
    Mutant("unknown-property", _ACCOUNT, "    supportsHttpsTrafficOnly: true", "    supportsHttpsTraffic: true"),
    Mutant(
        "unknown-property",
        _APP,
        "        instanceMemoryMB: instanceMemoryMB",
        "        instanceMemoryMb: instanceMemoryMB",
    ),
    Mutant("unknown-property", _COSMOS_ACCOUNT, "        tier: backupTier", "        level: backupTier"),
    Mutant("unknown-property", _ALERTS, "            failingPeriods: {", "            failingPeriod: {"),
    Mutant("unknown-property", _NETWORK, "            privateDnsZoneId: zones", "            dnsZoneId: zones"),
    Mutant("missing-property", _ACCOUNT, "  kind: 'StorageV2'\n", ""),
    Mutant("missing-property", _COSMOS_ACCOUNT, "    databaseAccountOfferType: 'Standard'\n", ""),
    Mutant("missing-property", _ALERTS, "    groupShortName: 'speech2cosm'\n", ""),
    Mutant("missing-property", _COSMOS, "    parent: database\n", ""),
    Mutant("missing-property", _STORAGE, "    scope: jobs\n", ""),
    Mutant("read-only", _IDENTITY, "  tags: tags\n}", "  tags: tags\n  properties: {\n    clientId: name\n  }\n}"),
    Mutant(
        "read-only", _SPEECH_ACCOUNT, "    disableLocalAuth: true", "    endpoint: name\n    disableLocalAuth: true"
    ),
    Mutant("wrong-type", _APP, "    reserved: true", "    reserved: 'true'"),
    Mutant("wrong-type", _COSMOS, "        defaultTtl: -1", "        defaultTtl: '-1'"),
    Mutant(
        "wrong-type", _MAIN, "    capacity: cosmosCapacity\n    backupTier", "    capacity: vnetEnabled\n    backupTier"
    ),
    Mutant("wrong-type", _MONITORING, "retentionInDays: retentionDays", "retentionInDays: '${retentionDays}'"),
    Mutant("enum", _ACCOUNT, "    accessTier: 'Hot'", "    accessTier: 'Warm'"),
    Mutant("enum", _COSMOS_ACCOUNT, "defaultConsistencyLevel: 'Session'", "defaultConsistencyLevel: 'Sessions'"),
    Mutant("enum", _APP, "            type: 'UserAssignedIdentity'", "            type: 'UserAssigned'"),
    Mutant(
        "enum",
        _ALERTS,
        "operator: 'GreaterThan'\n            threshold: rule",
        "operator: 'Greater'\n            threshold: rule",
    ),
    Mutant("enum", _MAIN, "param cosmosCapacity string = 'serverless'", "param cosmosCapacity string = 'Serverless'"),
    Mutant("bounds", _ALERTS, "groupShortName: 'speech2cosm'", "groupShortName: 'speech2cosmos'"),
    Mutant("bounds", _MAIN, "param pollMinSeconds int = 60", "param pollMinSeconds int = 601"),
    Mutant("bounds", _MAIN, "? 'stor${token}'", "? 'storage-account-${token}'"),
    Mutant("undefined", _MAIN, "name: 'alerts-${token}'", "name: 'alerts-${tokens}'"),
    Mutant("undefined", _NETWORK, "id: endpointSubnet.id", "id: endpointsSubnet.id"),
    Mutant("undefined", _COSMOS, "path: path\n", "path: pth\n"),
    Mutant("undefined", _COSMOS, "container.partitionKey", "container.partitionKeys"),
    Mutant("undefined", _TYPES, "  roleId: string", "  role: string"),
    Mutant("unused", _MAIN, "var appSubnetName = 'app'", "var appSubnetName = 'app'\nvar spare = 1"),
    Mutant("unused", _APP, "        maximumInstanceCount: maximumInstanceCount", "        maximumInstanceCount: 40"),
    Mutant("unused", _SPEECH_ACCOUNT, "import { tagSet }", "import { principal, tagSet }"),
    Mutant("duplicate", _MAIN, "var vnetName = 'vnet-${token}'", "var vnetName = 'vnet-${token}'\nvar vnetName = 'v'"),
    Mutant(
        "duplicate",
        _ACCOUNT,
        "    allowSharedKeyAccess: false",
        "    allowSharedKeyAccess: false\n    allowSharedKeyAccess: false",
    ),
    Mutant("duplicate", _MAIN, "otherQueues: ['${jobsQueue}-poison'", "otherQueues: [jobsQueue, '${jobsQueue}-poison'"),
    Mutant("missing-file", _MAIN, "module network 'modules/network.bicep'", "module network 'modules/networks.bicep'"),
    Mutant("missing-file", _SPEECH_ACCOUNT, "from 'types.bicep'", "from 'type.bicep'"),
    Mutant("module-parameter", _MAIN, "    addressPrefix: vnetAddressPrefix\n", ""),
    Mutant("module-parameter", _MAIN, "    planName: 'plan-${token}'", "    planName: 'plan-${token}'\n    plan: 'p'"),
    Mutant("module-parameter", _PARAMETERS, '"vnetEnabled"', '"vnetEnable"'),
    Mutant(
        "module-output",
        _MAIN,
        "identityClientId: identity.outputs.clientId",
        "identityClientId: identity.outputs.client",
    ),
    Mutant("module-output", _MAIN, "string = functionApp.outputs.url", "string = functionApp.url"),
    Mutant("runtime-property", _APP, "${app.properties.defaultHostName}", "${app.properties.hostName}"),
    Mutant(
        "runtime-property",
        _STORAGE,
        "account.properties.primaryEndpoints.queue",
        "account.properties.primaryEndpoints.queues",
    ),
    Mutant("runtime-property", _IDENTITY, "identity.properties.principalId", "identity.principalId"),
    Mutant("too-early", _MONITORING, "guid(workspace.id, 'workbook')", "guid(workspace.properties.customerId, 'w')"),
    Mutant(
        "too-early", _MAIN, "network.bicep' = if (vnetEnabled)", "network.bicep' = if (empty(cosmos.outputs.endpoint))"
    ),
    Mutant(
        "too-early",
        _MAIN,
        "scope: resourceGroup(speechSubscription, speechGroup)",
        "scope: resourceGroup(monitoring.outputs.componentName)",
    ),
    Mutant("circle", _MAIN, "var vnetName = 'vnet-${token}'", "var vnetName = 'vnet-${appSubnetName}-${vnetName}'"),
    Mutant("circle", _MAIN, "  dependsOn: [speechAccount]", "  dependsOn: [speechAccount, functionApp]"),
    Mutant("function", _MAIN, "var newStorage = empty(", "var newStorage = isEmpty("),
    Mutant("function", _MAIN, "last(storageParts)", "last(storageParts, 1)"),
    Mutant("function", _NETWORK, "cidrSubnet(addressPrefix, 24, 0)", "cidrSubnet(addressPrefix, 24)"),
    Mutant("description", _MAIN, "@description('RAW_ARCHIVE')\n", ""),
    Mutant("description", _NETWORK, "@description('Tags.')\n", ""),
    Mutant("security", _ACCOUNT, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Mutant("security", _ACCOUNT, "    minimumTlsVersion: 'TLS1_2'\n", ""),
    Mutant(
        "security",
        _ACCOUNT,
        "publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'",
        "publicNetworkAccess: 'Enabled'",
    ),
    Mutant(
        "security",
        _MAIN,
        "    tags: allTags\n    redundancy",
        "    tags: union(allTags, { k: account.listKeys() })\n    redundancy",
    ),
    Mutant("security", _COSMOS_ACCOUNT, "    disableLocalAuth: true\n", ""),
    Mutant("security", _MONITORING, "    DisableLocalAuth: true", "    DisableLocalAuth: false"),
    Mutant("security", _SPEECH_ACCOUNT, "    disableLocalAuth: true", "    disableLocalAuth: false"),
    Mutant("security", _STORAGE, "publicAccess: 'None'", "publicAccess: 'Blob'"),
    Mutant("security", _APP, "    httpsOnly: true\n", ""),
    Mutant("security", _MAIN, "3913510d-42f4-4e42-8a64-420c390055eb", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    Mutant("security", _MONITORING, "      principalType: grant.principal.type\n", ""),
    Mutant("setting", _MAIN, "  POLL_GET_LIMIT: string(pollGetLimit)\n", ""),
    Mutant("setting", _MAIN, "  NBEST_WORDS: nbestWords", "  NBEST_WORD: nbestWords"),
    Mutant("setting", _MAIN, "rawArchive ? 'true' : 'false'", "rawArchive ? 'on please' : 'false'"),
    Mutant("setting", _APP, "  AZURE_CLIENT_ID: identityClientId\n", ""),
    Mutant("queue", _MAIN, "string = 'transcription-results'", "string = 'transcription-result'"),
    Mutant("queue", _MAIN, "resultsQueue, '${resultsQueue}-poison']", "resultsQueue]"),
    Mutant(
        "container", _STORAGE, "for name in [rawContainer, deploymentContainer]", "for name in [deploymentContainer]"
    ),
    Mutant("container", _COSMOS, "paths: ['/jobId', '/fileId']", "paths: ['/jobId']"),
    Mutant("container", _COSMOS, "      '/nextPollAt/?'\n", ""),
    Mutant("container", _COSMOS, "        defaultTtl: -1\n", ""),
    Mutant(
        "role",
        _MAIN,
        "{ roleId: roles.storageBlobDataOwner, principal: app }",
        "{ roleId: roles.storageTableDataContributor, principal: app }",
    ),
    Mutant(
        "role",
        _MAIN,
        "var monitoringGrants = [{ roleId: roles.monitoringMetricsPublisher, principal: app }]",
        "var monitoringGrants = []",
    ),
    Mutant("role", _COSMOS, "role: roles.contributor }", "role: roles.reader }"),
    Mutant("role", _SPEECH, "  scope: account\n", "  scope: resourceGroup()\n"),
    Mutant("flex", _APP, "    name: 'FC1'\n    tier: 'FlexConsumption'", "    name: 'Y1'\n    tier: 'Dynamic'"),
    Mutant("flex", _APP, "        version: '3.12'", "        version: '3.9'"),
    Mutant("flex", _APP, "__credential: 'managedidentity'", "__credential: 'managedIdentity'"),
    Mutant("signal", _APP, "['poll_jobs', 'accept_job']", "['poll_job', 'accept_job']"),
    Mutant("signal", _APP, "['poll_jobs', 'accept_job']", "['poll_jobs', 'accept_jobs']"),
    Mutant("azd", _APP, "'azd-service-name': 'api'", "'azd-service-name': 'app'"),
    Mutant("azd", _MAIN, "{ 'azd-env-name': environmentName }", "{ 'env-name': environmentName }"),
    Mutant("azd", _MAIN, "output AZURE_LOCATION string", "output LOCATION string"),
    Mutant(
        "nothing",
        _MAIN,
        "module alerts 'modules/alerts.bicep' = {",
        "module alerts 'modules/alerts.bicep' = if (vnetEnabled) {",
    ),
    Mutant("nothing", _COSMOS, "for container in containers: {", "for container in []: {"),
)
