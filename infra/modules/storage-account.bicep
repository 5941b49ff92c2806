// A new storage account. An existing one is not changed. storage.bicep creates what the app needs in either.

import { tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('Tags.')
param tags tagSet

@description('Redundancy.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string

@description('Container of the raw results, to which the lifecycle rule applies.')
@minLength(3)
@maxLength(63)
param rawContainer string

@description('Raw results are deleted after this many days; 0: never.')
@minValue(0)
@maxValue(24000)
param retentionDays int

@description('Whether the account is reached through private endpoints only.')
param privateOnly bool

@description('Resource id of the Log Analytics workspace that gets the logs.')
@minLength(1)
param workspaceId string

@description('Log writes to blobs, the host\'s own among them.')
param logBlobWrites bool

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'None'
      defaultAction: privateOnly ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    // Off: the host renews leases on its blobs all day, and what retention deletes should be gone.
    deleteRetentionPolicy: {
      enabled: false
    }
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2026-06-01' = {
  parent: account
  name: 'default'
}

// The rule always exists, enabled or not: one that a later deployment merely omits would continue to delete.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'raw-results'
          enabled: retentionDays > 0
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${rawContainer}/']
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: max(retentionDays, 1)
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

// Raw results are people's words, so reads and deletions are logged. Writes only on demand: the app alone writes raw
// results, and the host renews its leases in this account all day (docs/decisions/0043).
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageRead'
        enabled: true
      }
      {
        category: 'StorageWrite'
        enabled: logBlobWrites
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

// Logs enqueued messages. Without StorageRead, because the host polls five queues all day.
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: queues
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
    ]
  }
}
