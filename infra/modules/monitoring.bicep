// Logs and metrics, and a workbook that shows them. Only Entra ID identities may send telemetry.

import { roleGrant, tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Name of the Application Insights component.')
@minLength(1)
@maxLength(255)
param componentName string

@description('Tags.')
param tags tagSet

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Role assignments on the component, for sending telemetry.')
param grants roleGrant[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

// The same assignment has the same name, so a second deployment finds the first one's.
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants: {
    name: guid(component.id, grant.principal.id, grant.roleId)
    scope: component
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.roleId)
      principalId: grant.principal.id
      principalType: grant.principal.type
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'speech2cosmos'
    serializedData: replace(loadTextContent('workbook.json'), '{{workspaceId}}', workspace.id)
    sourceId: workspace.id
    version: 'Notebook/1.0'
  }
}

@description('Resource id of the workspace, for diagnostic settings and alerts.')
output workspaceId string = workspace.id

@description('The id by which queries name the workspace; the portal calls it Workspace ID.')
output customerId string = workspace.properties.customerId
