// A new Speech resource. To use an existing one, set existingSpeechAccountId.

import { tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the resource and of its custom subdomain, which Entra ID requires.')
@minLength(2)
@maxLength(64)
param name string

@description('Tags.')
param tags tagSet

@description('Resource id of the Log Analytics workspace that gets the logs.')
@minLength(1)
param workspaceId string

resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' = {
  name: name
  location: location
  tags: tags
  kind: 'SpeechServices'
  sku: {
    // The free tier has no batch transcription.
    name: 'S0'
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    // Creators of transcriptions call it from unknown places.
    publicNetworkAccess: 'Enabled'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'Audit'
        enabled: true
      }
      {
        category: 'RequestResponse'
        enabled: true
      }
    ]
  }
}
