// A Speech resource of its own. It can be any other: give existingSpeechAccountId.

import { tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the resource and its custom subdomain, without which Entra ID does not work.')
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
    // Whoever creates transcriptions does so from where we do not know.
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
