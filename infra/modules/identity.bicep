// The app's identity for storage, Cosmos DB, Speech and Application Insights.

import { tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the user-assigned identity.')
@minLength(3)
@maxLength(128)
param name string

@description('Tags.')
param tags tagSet

// User-assigned, not system-assigned: its roles can be assigned before the app exists, and outlive it.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id, for the app.')
output id string = identity.id

@description('Client id, for settings. It distinguishes this identity from others of the app.')
output clientId string = identity.properties.clientId

@description('Object id, for role assignments.')
output principalId string = identity.properties.principalId
