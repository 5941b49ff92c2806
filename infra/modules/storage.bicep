// What the app needs in its storage account, new or existing: queues, containers, roles.

import { roleGrant } from 'types.bicep'

@description('Name of the account, in this resource group.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Container of the raw results (RAW_CONTAINER).')
@minLength(3)
@maxLength(63)
param rawContainer string

@description('Container of the deployment package.')
@minLength(3)
@maxLength(63)
param deploymentContainer string

@description('Queue for jobs.')
@minLength(3)
@maxLength(63)
param jobsQueue string

@description('The other queues: the functions\' own messages, and the poison queues.')
@minLength(1)
param otherQueues string[]

@description('Role assignments on the account.')
param grants roleGrant[]

@description('Role assignments on the container of the raw results only.')
param rawContainerGrants roleGrant[]

@description('Role assignments on the queue for jobs only.')
param jobsQueueGrants roleGrant[]

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: accountName
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' existing = {
  parent: account
  name: 'default'
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-06-01' existing = {
  parent: account
  name: 'default'
}

resource raw 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobService
  name: rawContainer
  properties: {
    publicAccess: 'None'
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobService
  name: deploymentContainer
  properties: {
    publicAccess: 'None'
  }
}

// The host creates a queue only when it sends to it. Senders and triggers need the queues before that.
resource jobs 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-06-01' = {
  parent: queueService
  name: jobsQueue
}

resource others 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-06-01' = [
  for name in otherQueues: {
    parent: queueService
    name: name
  }
]

// The same assignment has the same name, so a second deployment finds the first one's.
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants: {
    name: guid(account.id, grant.principal.id, grant.roleId)
    scope: account
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.roleId)
      principalId: grant.principal.id
      principalType: grant.principal.type
    }
  }
]

resource rawContainerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in rawContainerGrants: {
    name: guid(raw.id, grant.principal.id, grant.roleId)
    scope: raw
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.roleId)
      principalId: grant.principal.id
      principalType: grant.principal.type
    }
  }
]

resource jobsQueueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in jobsQueueGrants: {
    name: guid(jobs.id, grant.principal.id, grant.roleId)
    scope: jobs
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.roleId)
      principalId: grant.principal.id
      principalType: grant.principal.type
    }
  }
]

@description('Resource id of the account.')
output accountId string = account.id

@description('Blob endpoint, with a slash at its end.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Queue endpoint, with a slash at its end.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Table endpoint, with a slash at its end.')
output tableEndpoint string = account.properties.primaryEndpoints.table
