// Deploys the whole system: `azd up`, or
// `az deployment sub create --location REGION --template-file infra/main.bicep --parameters …`.
// It uses and returns no key: the app has an identity, and the roles below.
targetScope = 'subscription'

import { principal, tagSet } from 'modules/types.bicep'

@description('Name of this deployment. Resources are named and tagged after it, so that several deployments can exist side by side.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of all new resources. It must have Speech and Flex Consumption; `az functionapp list-flexconsumption-locations` lists the regions with the latter.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Resource group to create; empty: `rg-` and the name of this deployment.')
@maxLength(90)
param resourceGroupName string = ''

@description('Tags of all new resources.')
param tags tagSet = {}

// ---- who may do what

@description('Object id of the operator, who may enqueue, read the queues, query Speech, and read documents and raw results. by default whoever deploys; empty: nobody.')
@maxLength(36)
param principalId string = deployer().objectId

@description('Type of the operator: a person, a group, or the identity of a pipeline.')
@allowed(['User', 'Group', 'ServicePrincipal'])
// Only people have a user principal name.
param principalType string = principalId == deployer().objectId && empty(deployer().?userPrincipalName ?? '')
  ? 'ServicePrincipal'
  : 'User'

@description('Others who may enqueue jobs: the apps that create transcriptions.')
@maxLength(50)
param senders principal[] = []

@description('Others who may read documents: the apps downstream.')
@maxLength(50)
param readers principal[] = []

@description('Who may erase recordings with `speech2cosmos forget`: they may write documents, receive and delete messages, delete raw results, and delete transcriptions at Speech. By default nobody, the operator neither.')
@maxLength(50)
param erasers principal[] = []

// ---- existing resources

@description('Resource id of an existing storage account; empty: a new one is created. The app becomes its Storage Blob Data Owner. Its lifecycle rules, network and keys stay as they are.')
@maxLength(500)
param existingStorageAccountId string = ''

@description('Resource id of an existing Cosmos DB account (NoSQL); empty: a new one is created. The app may write only to its own database. The account\'s network, keys and backup stay as they are.')
@maxLength(500)
param existingCosmosAccountId string = ''

@description('Resource id of the existing Speech resource whose jobs are ingested; empty: a new one is created. It needs a custom subdomain.')
@maxLength(500)
param existingSpeechAccountId string = ''

// ---- new resources

@description('Put the app into a virtual network, and connect storage and Cosmos DB through private endpoints. New accounts then have no public access.')
param vnetEnabled bool = false

@description('Address range of the virtual network, a /23 or wider.')
@minLength(9)
@maxLength(18)
param vnetAddressPrefix string = '10.80.0.0/16'

@description('Give the app\'s subnet a NAT gateway, so that everything the app sends to the internet comes from one public address. Only with vnetEnabled. The gateway has a price by the hour and is in one zone.')
param natGateway bool = false

@description('none; data: storage and Cosmos DB are spread over the zones of the region (ZRS or GZRS; isZoneRedundant); all: the app is too, and the platform then keeps two paid always-ready instances for each group of functions. A serverless Cosmos DB account takes it only when it is created. Existing accounts stay as they are.')
@allowed(['none', 'data', 'all'])
param zoneRedundancy string = 'none'

@description('Redundancy of the storage account. The cheapest is the default, because Speech still has the contents for a while. With zoneRedundancy other than none, LRS becomes ZRS and GRS becomes GZRS.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = 'Standard_LRS'

@description('serverless: a price for each request, best for bursts with pauses between them. autoscale: cheaper for constant load. For an existing account give its actual kind.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'

@description('Maximum of autoscale in request units a second. A tenth of it is charged when there is no load. Serverless has none.')
@minValue(1000)
@maxValue(1000000)
param cosmosMaxThroughput int = 4000

@description('How far back Cosmos DB can be restored: 7 days cost nothing.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param cosmosBackupTier string = 'Continuous7Days'

@description('Memory of an instance in MB. 2048 comes with a whole core, which splitting needs more than the memory.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Maximum number of instances of each function. The platform scales the functions separately, and does not count always-ready instances. Some regions refuse values below 40. Speech answers 600 requests a minute in total, so more instances would wait for it.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Always-ready instances for poll_jobs and for accept_job; 0: they start within seconds when there is work.')
@minValue(0)
@maxValue(20)
param alwaysReadyPollers int = 0

@description('Always-ready instances for fetch_results.')
@minValue(0)
@maxValue(100)
param alwaysReadyFetchers int = 0

@description('Threads of an instance: as many as messages are fetched at once (batchSize + newBatchThreshold in host.json). The Python worker\'s default is 5; further messages would wait while their timeout runs.')
@minValue(1)
@maxValue(48)
param threadsPerInstance int = 24

@description('Address of a zip file with the app. The deployment then installs the app too. A release\'s template has the address of its own app.zip here; empty: `azd deploy` or Core Tools install the app.')
@maxLength(2000)
param packageUri string = ''

// ---- the app's settings: docs/settings.md

@description('JOBS_QUEUE. Environments that share a storage account need different names. After a change of the name, messages on the old queue stay there.')
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

@description('CONTENT_HOSTS: hosts from which result files may be fetched, separated by commas.')
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

@description('RETRY_MIN_SECONDS')
@minValue(1)
@maxValue(3600)
param retryMinSeconds int = 60

@description('GIVE_UP_HOURS')
@minValue(0)
@maxValue(744)
param giveUpHours int = 24

@description('MISSING_MINUTES')
@minValue(0)
@maxValue(1440)
param missingMinutes int = 120

@description('RETENTION_DAYS: documents and raw results are deleted after this many days; 0: never. In an existing storage account create the rule for raw results yourself.')
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

@description('Days that logs are kept; the first 30 are free.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Log each write to a blob of a new storage account: also those of the host, which renews leases all day.')
param logBlobWrites bool = false

@description('Mail address for alerts; empty: they are shown in the portal only.')
@maxLength(254)
param alertEmail string = ''

@description('An alert fires for a job that is pending for more hours than this. Speech may take up to 24.')
@minValue(1)
@maxValue(743)
param oldestPendingHours int = 25

@description('An alert fires when the poll has not run for this long.')
@allowed(['PT15M', 'PT30M', 'PT1H', 'PT2H'])
param pollMissingFor string = 'PT15M'

// ---- names

var token = uniqueString(subscription().id, environmentName, location)
var groupName = empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
var allTags = union(tags, { 'azd-env-name': environmentName })
// Environments may share a storage account; each has its own package.
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

// ---- role assignments, all of them; those on Cosmos DB's data are of another kind, see modules/cosmos.bicep

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  cognitiveServicesSpeechUser: 'f2dc8367-1007-4938-bd23-fe263f013447'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
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

// The operator has these roles already, and the same assignment must not stand here twice.
var otherErasers = filter(erasers, eraser => eraser.id != principalId)

var storageGrants = concat(
  [
    // The host's leases, the deployment package, raw results.
    { roleId: roles.storageBlobDataOwner, principal: app }
    // Triggers read and delete, bindings send, the host looks up poison queues.
    { roleId: roles.storageQueueDataContributor, principal: app }
    // The host's diagnostic events.
    { roleId: roles.storageTableDataContributor, principal: app }
  ],
  map(operators, operator => { roleId: roles.storageQueueDataContributor, principal: operator }),
  map(otherErasers, eraser => { roleId: roles.storageQueueDataContributor, principal: eraser })
)
var rawContainerGrants = concat(
  map(operators, operator => { roleId: roles.storageBlobDataReader, principal: operator }),
  map(erasers, eraser => { roleId: roles.storageBlobDataContributor, principal: eraser })
)
var jobsQueueGrants = map(senders, sender => { roleId: roles.storageQueueDataMessageSender, principal: sender })
var speechGrants = concat(
  [{ roleId: roles.cognitiveServicesSpeechUser, principal: app }],
  map(operators, operator => { roleId: roles.cognitiveServicesSpeechUser, principal: operator }),
  // The role may delete transcriptions too.
  map(otherErasers, eraser => { roleId: roles.cognitiveServicesSpeechUser, principal: eraser })
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
    logBlobWrites: logBlobWrites
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
    writers: concat([identity.outputs.principalId], map(erasers, eraser => eraser.id))
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

// The settings of docs/settings.md, except the secrets, which a deployed app does not use, and the addresses of storage,
// which modules/function-app.bicep sets for the platform too. Values are strings; an empty one counts as unset.
var appSettings = {
  SPEECH_ENDPOINT: speech.outputs.endpoint
  SPEECH_API_VERSION: speechApiVersion
  // Behind a private endpoint the account has a private address, which the app accepts only of a whole origin.
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
  RETRY_MIN_SECONDS: string(retryMinSeconds)
  GIVE_UP_HOURS: string(giveUpHours)
  MISSING_MINUTES: string(missingMinutes)
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
    packageUri: packageUri
  }
  // The app starts as soon as it exists. The component is passed by name, so that `what-if` can evaluate it.
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
  // Otherwise the alert on a missing poll would fire before the poll can run.
  dependsOn: [functionApp]
}

// ---- outputs: azd stores them in the environment; `speech2cosmos` reads those that are settings

@description('Region.')
output AZURE_LOCATION string = location

@description('Entra ID tenant.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_APP_NAME string = functionApp.outputs.name

@description('Address of the app\'s HTTP functions.')
output AZURE_FUNCTION_APP_URL string = functionApp.outputs.url

@description('The app\'s identity. If your transcriptions write to your own container, it needs to read that.')
output APP_PRINCIPAL_ID string = identity.outputs.principalId

@description('The Speech resource.')
output SPEECH_ENDPOINT string = speech.outputs.endpoint

@description('Version of the batch transcription API that the app uses.')
output SPEECH_API_VERSION string = speechApiVersion

@description('The Cosmos DB account.')
output COSMOS_ENDPOINT string = cosmos.outputs.endpoint

@description('The database.')
output COSMOS_DATABASE string = cosmosDatabase

@description('The storage account.')
output STORAGE_ACCOUNT_NAME string = storageName

@description('Queue endpoint of the storage account.')
output AzureWebJobsStorage__queueServiceUri string = storage.outputs.queueEndpoint

@description('Blob endpoint of the storage account.')
output AzureWebJobsStorage__blobServiceUri string = storage.outputs.blobEndpoint

@description('The queue for transcription ids.')
output JOBS_QUEUE string = jobsQueue

@description('The queue on which the functions send work to each other.')
output RESULTS_QUEUE string = resultsQueue

@description('Container of the raw results.')
output RAW_CONTAINER string = rawContainer

@description('Whether the raw results are kept: true or false.')
output RAW_ARCHIVE string = appSettings.RAW_ARCHIVE

@description('Days after which documents and raw results are deleted; empty: never.')
output RETENTION_DAYS string = appSettings.RETENTION_DAYS

@description('The Log Analytics workspace with the app\'s logs: the id by which queries name it.')
output LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.customerId
