// What the app needs of the Speech resource, new or existing: its address, and a role.

import { roleGrant } from 'types.bicep'

@description('Name of the Speech resource, in this resource group.')
@minLength(2)
@maxLength(64)
param accountName string

@description('Role assignments on it.')
param grants roleGrant[]

resource account 'Microsoft.CognitiveServices/accounts@2026-07-01' existing = {
  name: accountName
}

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

@description('Endpoint (SPEECH_ENDPOINT): the custom subdomain, with a slash at its end. Without a subdomain the deployment fails here.')
output endpoint string = empty(account.properties.?customSubDomainName)
  ? fail('The Speech resource ${accountName} has no custom subdomain, and without one Entra ID cannot be used. Give it one (az cognitiveservices account update --custom-domain NAME; it stays for good) and deploy again.')
  : account.properties.endpoint
