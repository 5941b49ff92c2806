// From nothing to the working system: `azd up`, or
// `az deployment sub create --location REGION --template-file infra/main.bicep --parameters …`.
// No key is used or handed out anywhere: the app has an identity, and the rights below.
targetScope = 'subscription'

import { principal, tagSet } from 'modules/types.bicep'

@description('Name of this deployment; resources are named and tagged after it, so that several may stand side by side.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of everything that is made. It must have Speech and Flex Consumption; `az functionapp list-flexconsumption-locations` names the regions that have the latter.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Resource group to make; empty: `rg-` and the name of this deployment.')
@maxLength(90)
param resourceGroupName string = ''

@description('Tags for everything that is made.')
param tags tagSet = {}

// ---- who may do what

@description('Object id of who operates the app: may enqueue, look into the queues, ask Speech, and read documents and raw results. `azd` gives the person who deploys; empty: nobody.')
@maxLength(36)
param principalId string = ''

@description('What that is: a person, a group, or the identity of a pipeline.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Who else may enqueue jobs: the apps that create transcriptions.')
@maxLength(50)
param senders principal[] = []

@description('Who else may read documents: the apps downstream.')
@maxLength(50)
param readers principal[] = []

// ---- what is there already

@description('Resource id of a storage account to use; empty: one is made. The app becomes Storage Blob Data Owner of it, and its lifecycle rules, network and keys stay as they are.')
@maxLength(500)
param existingStorageAccountId string = ''

@description('Resource id of a Cosmos DB account (NoSQL) to use; empty: one is made. The app may write to its own database only, and the account\'s network, keys and backup stay as they are.')
@maxLength(500)
param existingCosmosAccountId string = ''

@description('Resource id of the Speech resource whose jobs are ingested; empty: one is made. It needs a custom subdomain.')
@maxLength(500)
param existingSpeechAccountId string = ''

// ---- what is made

@description('Put the app into a virtual network and reach storage and Cosmos DB through private endpoints; accounts made here are then closed to the public.')
param vnetEnabled bool = false

@description('Address range of the virtual network, a /23 or wider.')
@minLength(9)
@maxLength(18)
param vnetAddressPrefix string = '10.80.0.0/16'

@description('Give the app\'s subnet a NAT gateway: all that the app sends to the internet then comes from one public address. Only with vnetEnabled. The gateway is paid by the hour and stands in one zone.')
param natGateway bool = false

@description('none; data: storage and Cosmos DB are spread over the zones of the region (ZRS or GZRS; isZoneRedundant); all: the app is too, and the platform then keeps two paid always-ready instances for each group of functions. A serverless Cosmos DB account takes it only when it is created. Existing accounts stay as they are.')
@allowed(['none', 'data', 'all'])
param zoneRedundancy string = 'none'

@description('Redundancy of the storage account. What it holds can be had from Speech again while Speech keeps it, hence the cheapest. With zoneRedundancy other than none, LRS becomes ZRS and GRS becomes GZRS.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = 'Standard_LRS'

@description('serverless: pay by the request, right for bursts with quiet between; autoscale: cheaper for a load that never stops. An existing account must be named as it is.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'

@description('Upper end of autoscale in request units a second; a tenth of it is paid when nothing happens. Serverless has none.')
@minValue(1000)
@maxValue(1000000)
param cosmosMaxThroughput int = 4000

@description('How far back Cosmos DB can be restored: 7 days cost nothing.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param cosmosBackupTier string = 'Continuous7Days'

@description('Memory of an instance in MB: 2048 has a whole core, which splitting needs more than the memory.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances of each function: the platform scales the functions apart, and always-ready instances do not count. Some regions refuse values below 40. Speech answers 600 requests a minute whoever asks, so that more instances would wait for it.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances always ready for poll_jobs and accept_job each; 0: they start within seconds when there is work.')
@minValue(0)
@maxValue(20)
param alwaysReadyPollers int = 0

@description('Instances always ready for fetch_results.')
@minValue(0)
@maxValue(100)
param alwaysReadyFetchers int = 0

@description('Functions at the same time on an instance: as many as messages are taken at once, by host.json batchSize + newBatchThreshold. The default of Python would be 5, and the others wait while their time runs.')
@minValue(1)
@maxValue(48)
param threadsPerInstance int = 24

// ---- the app's settings: docs/settings.md

@description('JOBS_QUEUE. Environments that share a storage account need names of their own. A new name strands the messages that wait on the old queue.')
@minLength(3)
@maxLength(49)
param jobsQueue string = 'transcription-jobs'

@description('RESULTS_QUEUE. As for jobsQueue.')
@minLength(3)
@maxLength(49)
param resultsQueue string = 'transcription-results'

@description('SPEECH_API_VERSION')
@allowed(['v3.1', 'v3.2', '2024-11-15', '2025-10-15'])
param speechApiVersion string = '2025-10-15'

@description('CONTENT_HOSTS: where result files may be fetched from, by comma.')
@minLength(1)
@maxLength(2000)
param contentHosts string = '.blob.${environment().suffixes.storage}'

@description('COSMOS_DATABASE')
@minLength(1)
@maxLength(255)
param cosmosDatabase string = 'speech'

@description('POLL_SCHEDULE: six fields, seconds first. For a longer interval than some minutes raise pollMissingFor too.')
@minLength(11)
@maxLength(100)
param pollSchedule string = '0 * * * * *'

@description('POLL_MIN_SECONDS')
@minValue(0)
@maxValue(600)
param pollMinSeconds int = 60

@description('POLL_GET_LIMIT')
@minValue(0)
@maxValue(100)
param pollGetLimit int = 10

@description('NOT_FOUND_MINUTES')
@minValue(0)
@maxValue(1440)
param notFoundMinutes int = 10

@description('MAX_PENDING_HOURS')
@minValue(1)
@maxValue(744)
param maxPendingHours int = 72

@description('REQUEUE_MINUTES')
@minValue(1)
@maxValue(1440)
param requeueMinutes int = 30

@description('RETENTION_DAYS: documents and raw results go after so many days; 0: they stay. In an existing storage account the rule for raw results is yours to make.')
@minValue(0)
@maxValue(24000)
param retentionDays int = 0

@description('RAW_ARCHIVE')
param rawArchive bool = true

@description('RAW_CONTAINER')
@minLength(3)
@maxLength(63)
param rawContainer string = 'raw-results'

@description('NBEST_WORDS')
@allowed(['first', 'all'])
param nbestWords string = 'first'

@description('TURN_GAP_SECONDS, in whole seconds.')
@minValue(0)
@maxValue(3600)
param turnGapSeconds int = 3

// ---- monitoring

@description('Logs are kept for so many days; the first 30 cost nothing.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Address that alerts are sent to; empty: they are seen in the portal only.')
@maxLength(254)
param alertEmail string = ''

@description('A job pending for more hours than this is told of. Speech says that up to 24 may pass.')
@minValue(1)
@maxValue(743)
param oldestPendingHours int = 25

@description('The poll is missed when it has not run for so long.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT2H'])
param pollMissingFor string = 'PT15M'

// ---- names

var token = uniqueString(subscription().id, environmentName, location)
var groupName = empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
var allTags = union(tags, { 'azd-env-name': environmentName })
// Environments may share a storage account, and each has a package of its own.
var deploymentContainer = 'app-package-${token}'
var vnetName = 'vnet-${token}'
var appSubnetName = 'app'
var componentName = 'appi-${token}'

var zonedRedundancy = {
  Standard_LRS: 'Standard_ZRS'
  Standard_ZRS: 'Standard_ZRS'
  Standard_GRS: 'Standard_GZRS'
  Standard_GZRS: 'Standard_GZRS'
}

var newStorage = empty(existingStorageAccountId)
var storageParts = split(existingStorageAccountId, '/')
var storageName = newStorage ? 'stor${token}' : last(storageParts)
var storageSubscription = newStorage ? subscription().subscriptionId : storageParts[2]
var storageGroup = newStorage ? groupName : storageParts[4]

var newCosmos = empty(existingCosmosAccountId)
var cosmosParts = split(existingCosmosAccountId, '/')
var cosmosName = newCosmos ? 'cosmos-${token}' : last(cosmosParts)
var cosmosSubscription = newCosmos ? subscription().subscriptionId : cosmosParts[2]
var cosmosGroup = newCosmos ? groupName : cosmosParts[4]

var newSpeech = empty(existingSpeechAccountId)
var speechParts = split(existingSpeechAccountId, '/')
var speechName = newSpeech ? 'spch-${token}' : last(speechParts)
var speechSubscription = newSpeech ? subscription().subscriptionId : speechParts[2]
var speechGroup = newSpeech ? groupName : speechParts[4]

// ---- rights: all that this deployment gives; those on Cosmos DB's data are of another kind, see modules/cosmos.bicep

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  cognitiveServicesSpeechUser: 'f2dc8367-1007-4938-bd23-fe263f013447'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

var app = {
  id: identity.outputs.principalId
  type: 'ServicePrincipal'
}
var operators = empty(principalId) ? [] : [{ id: principalId, type: principalType }]

var storageGrants = concat(
  [
    // The host's leases, the deployment package, raw results.
    { roleId: roles.storageBlobDataOwner, principal: app }
    // Triggers read and delete, bindings send, the host looks for poison queues.
    { roleId: roles.storageQueueDataContributor, principal: app }
    // The host's diagnostic events.
    { roleId: roles.storageTableDataContributor, principal: app }
  ],
  map(operators, operator => { roleId: roles.storageQueueDataContributor, principal: operator })
)
var rawContainerGrants = map(operators, operator => { roleId: roles.storageBlobDataReader, principal: operator })
var jobsQueueGrants = map(senders, sender => { roleId: roles.storageQueueDataMessageSender, principal: sender })
var speechGrants = concat(
  [{ roleId: roles.cognitiveServicesSpeechUser, principal: app }],
  map(operators, operator => { roleId: roles.cognitiveServicesSpeechUser, principal: operator })
)
var monitoringGrants = [{ roleId: roles.monitoringMetricsPublisher, principal: app }]
var cosmosReaders = map(concat(operators, readers), reader => reader.id)

// ---- resources

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-${token}'
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    workspaceName: 'log-${token}'
    componentName: componentName
    tags: allTags
    retentionDays: logRetentionDays
    grants: monitoringGrants
  }
}

module storageAccount 'modules/storage-account.bicep' = if (newStorage) {
  scope: group
  params: {
    location: location
    name: storageName
    tags: allTags
    redundancy: zoneRedundancy == 'none' ? storageRedundancy : zonedRedundancy[storageRedundancy]
    rawContainer: rawContainer
    retentionDays: retentionDays
    privateOnly: vnetEnabled
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'modules/storage.bicep' = {
  scope: resourceGroup(storageSubscription, storageGroup)
  params: {
    accountName: storageName
    rawContainer: rawContainer
    deploymentContainer: deploymentContainer
    jobsQueue: jobsQueue
    otherQueues: ['${jobsQueue}-poison', resultsQueue, '${resultsQueue}-poison']
    grants: storageGrants
    rawContainerGrants: rawContainerGrants
    jobsQueueGrants: jobsQueueGrants
  }
  dependsOn: [storageAccount]
}

module cosmosAccount 'modules/cosmos-account.bicep' = if (newCosmos) {
  scope: group
  params: {
    location: location
    name: cosmosName
    tags: allTags
    capacity: cosmosCapacity
    backupTier: cosmosBackupTier
    zoneRedundant: zoneRedundancy != 'none'
    privateOnly: vnetEnabled
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: resourceGroup(cosmosSubscription, cosmosGroup)
  params: {
    accountName: cosmosName
    databaseName: cosmosDatabase
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    writers: [identity.outputs.principalId]
    readers: cosmosReaders
  }
  dependsOn: [cosmosAccount]
}

module speechAccount 'modules/speech-account.bicep' = if (newSpeech) {
  scope: group
  params: {
    location: location
    name: speechName
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module speech 'modules/speech.bicep' = {
  scope: resourceGroup(speechSubscription, speechGroup)
  params: {
    accountName: speechName
    grants: speechGrants
  }
  dependsOn: [speechAccount]
}

// ---- network, app, alerts

module network 'modules/network.bicep' = if (vnetEnabled) {
  scope: group
  params: {
    location: location
    name: vnetName
    tags: allTags
    addressPrefix: vnetAddressPrefix
    appSubnetName: appSubnetName
    natGateway: natGateway
    storageAccountId: storage.outputs.accountId
    cosmosAccountId: cosmos.outputs.accountId
  }
}

// What docs/settings.md names, but for the secrets, which a deployed app has no use for, and the addresses of storage,
// which modules/function-app.bicep sets for the platform too. Values are strings; an empty one counts as left out.
var appSettings = {
  SPEECH_ENDPOINT: speech.outputs.endpoint
  SPEECH_API_VERSION: speechApiVersion
  // Behind a private endpoint the account has a private address, which only an origin written out may have.
  CONTENT_HOSTS: vnetEnabled ? '${contentHosts},${storage.outputs.blobEndpoint}' : contentHosts
  COSMOS_ENDPOINT: cosmos.outputs.endpoint
  COSMOS_DATABASE: cosmosDatabase
  JOBS_QUEUE: jobsQueue
  RESULTS_QUEUE: resultsQueue
  POLL_SCHEDULE: pollSchedule
  POLL_MIN_SECONDS: string(pollMinSeconds)
  POLL_GET_LIMIT: string(pollGetLimit)
  NOT_FOUND_MINUTES: string(notFoundMinutes)
  MAX_PENDING_HOURS: string(maxPendingHours)
  REQUEUE_MINUTES: string(requeueMinutes)
  RETENTION_DAYS: retentionDays == 0 ? '' : string(retentionDays)
  RAW_ARCHIVE: rawArchive ? 'true' : 'false'
  RAW_CONTAINER: rawContainer
  NBEST_WORDS: nbestWords
  TURN_GAP_SECONDS: string(turnGapSeconds)
}

module functionApp 'modules/function-app.bicep' = {
  scope: group
  params: {
    location: location
    name: 'func-${token}'
    planName: 'plan-${token}'
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    componentName: componentName
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    deploymentContainer: deploymentContainer
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    zoneRedundant: zoneRedundancy == 'all'
    alwaysReadyPollers: alwaysReadyPollers
    alwaysReadyFetchers: alwaysReadyFetchers
    threadsPerInstance: threadsPerInstance
    subnetId: vnetEnabled
      ? resourceId(
          subscription().subscriptionId,
          groupName,
          'Microsoft.Network/virtualNetworks/subnets',
          vnetName,
          appSubnetName
        )
      : ''
    appSettings: appSettings
  }
  // It starts as soon as it is there. The component is given by name, so that `what-if` can say what will be.
  dependsOn: [network, monitoring]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    namePrefix: 'alert-${environmentName}'
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    cosmosAccountId: cosmos.outputs.accountId
    cosmosDatabase: cosmosDatabase
    email: alertEmail
    oldestPendingHours: oldestPendingHours
    pollMissingFor: pollMissingFor
  }
  // Else the poll would be missed before it can run.
  dependsOn: [functionApp]
}

// ---- outputs: azd keeps them in the environment; those that are settings make `speech2cosmos` work from there

@description('Region.')
output AZURE_LOCATION string = location

@description('Entra ID tenant.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_APP_NAME string = functionApp.outputs.name

@description('Where the app\'s HTTP functions are.')
output AZURE_FUNCTION_APP_URL string = functionApp.outputs.url

@description('The app\'s identity: it needs to read where your transcriptions write to, if that is a container of yours.')
output APP_PRINCIPAL_ID string = identity.outputs.principalId

@description('The Speech resource.')
output SPEECH_ENDPOINT string = speech.outputs.endpoint

@description('The Cosmos DB account.')
output COSMOS_ENDPOINT string = cosmos.outputs.endpoint

@description('The database.')
output COSMOS_DATABASE string = cosmosDatabase

@description('The storage account.')
output STORAGE_ACCOUNT_NAME string = storageName

@description('Queue endpoint of the storage account.')
output AzureWebJobsStorage__queueServiceUri string = storage.outputs.queueEndpoint

@description('The queue to enqueue transcription ids on.')
output JOBS_QUEUE string = jobsQueue

@description('The queue on which the functions send work to each other.')
output RESULTS_QUEUE string = resultsQueue

@description('Container of the raw results.')
output RAW_CONTAINER string = rawContainer
