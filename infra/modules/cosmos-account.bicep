// A new Cosmos DB account. An existing one is not changed. cosmos.bicep creates what the app needs in either.

import { tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the account.')
@minLength(3)
@maxLength(44)
param name string

@description('Tags.')
param tags tagSet

@description('serverless: a price for each request; autoscale: a range of request units a second.')
@allowed(['serverless', 'autoscale'])
param capacity string

@description('How far back the account can be restored.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param backupTier string

@description('Whether the account is spread over the zones of the region; a serverless one takes this only when it is created.')
param zoneRedundant bool

@description('Whether the account is reached through a private endpoint only.')
param privateOnly bool

@description('Resource id of the Log Analytics workspace that gets the logs.')
@minLength(1)
param workspaceId string

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: zoneRedundant
      }
    ]
    capabilities: capacity == 'serverless'
      ? [
          {
            name: 'EnableServerless'
          }
        ]
      : []
    // The app's writes are conditional, so a stale read costs it a retry or a wait, never data. Strong consistency would
    // double the price of every read.
    consistencyPolicy: {
      defaultConsistencyLevel: 'Session'
    }
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: backupTier
      }
    }
    disableKeyBasedMetadataWriteAccess: true
    disableLocalAuth: true
    enableAutomaticFailover: false
    minimalTlsVersion: 'Tls12'
    networkAclBypass: 'None'
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
  }
}

// Without DataPlaneRequests: a line for each of the app's requests would cost more than the requests.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
    ]
  }
}
