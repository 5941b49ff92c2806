// The app: a Flex Consumption plan, the function app and its settings.

import { settingSet, tagSet } from 'types.bicep'

@description('Region.')
@minLength(1)
param location string

@description('Name of the function app.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of its plan.')
@minLength(1)
@maxLength(40)
param planName string

@description('Tags.')
param tags tagSet

@description('Resource id of the app\'s user-assigned identity.')
@minLength(1)
param identityId string

@description('Client id of that identity.')
@minLength(36)
@maxLength(36)
param identityClientId string

@description('Name of the Application Insights component, in this resource group.')
@minLength(1)
param componentName string

@description('Blob endpoint of the storage account, with a slash at its end.')
@minLength(1)
param blobEndpoint string

@description('Queue endpoint of the storage account, with a slash at its end.')
@minLength(1)
param queueEndpoint string

@description('Table endpoint of the storage account, with a slash at its end.')
@minLength(1)
param tableEndpoint string

@description('Container of the deployment package.')
@minLength(3)
@maxLength(63)
param deploymentContainer string

@description('Memory of an instance in MB, shared by everything that runs on it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Maximum number of instances of each function, without always-ready ones.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('Whether the instances are spread over the zones of the region. The platform then adds always-ready instances by itself, up to two for each group of functions.')
param zoneRedundant bool

@description('Instances kept ready for poll_jobs and accept_job each.')
@minValue(0)
@maxValue(20)
param alwaysReadyPollers int

@description('Instances kept ready for fetch_results.')
@minValue(0)
@maxValue(100)
param alwaysReadyFetchers int

@description('Functions that run at the same time on an instance.')
@minValue(1)
@maxValue(48)
param threadsPerInstance int

@description('Resource id of the app\'s subnet; empty: none.')
param subnetId string

@description('The settings that docs/settings.md names.')
param appSettings settingSet

@description('Address of a zip file with the app, which is then installed; empty: nothing is installed.')
@maxLength(2000)
param packageUri string

var readyPollers = [
  for functionName in ['poll_jobs', 'accept_job']: {
    name: 'function:${functionName}'
    instanceCount: alwaysReadyPollers
  }
]

var readyFetchers = [
  {
    name: 'function:fetch_results'
    instanceCount: alwaysReadyFetchers
  }
]

// Settings of the platform and its libraries. Without FUNCTIONS_WORKER_RUNTIME: here the runtime is a property.
var platformSettings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  AZURE_CLIENT_ID: identityClientId
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: queueEndpoint
  AzureWebJobsStorage__tableServiceUri: tableEndpoint
  PYTHON_THREADPOOL_THREAD_COUNT: string(threadsPerInstance)
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // By this tag `azd deploy` finds the app of the service `api` in azure.yaml.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.12'
      }
      scaleAndConcurrency: {
        alwaysReady: concat(alwaysReadyPollers > 0 ? readyPollers : [], alwaysReadyFetchers > 0 ? readyFetchers : [])
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
    // Flex Consumption refuses other members, ftpsState among them: error 51021 (azure-pipelines-tasks#21032).
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(appSettings, platformSettings)
}

// Deployment is by Entra ID only: no publishing password. There is no FTP on Flex Consumption.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

// Installs the app as `azd deploy` does: Azure fetches the zip file, installs its requirements on the platform's own
// system, and keeps the result in the deployment container, with the app's identity.
resource package 'Microsoft.Web/sites/extensions@2025-03-01' = if (!empty(packageUri)) {
  parent: app
  name: 'onedeploy'
  // The type describes MSDeploy, another extension, and has no such properties. infra/check/flex.py checks these.
  #disable-next-line BCP187
  properties: {
    packageUri: packageUri
    remoteBuild: true
  }
  // A change of the settings restarts the app, and would interrupt the build.
  dependsOn: [settings, noScmPassword]
}

@description('Name of the function app.')
output name string = app.name

@description('Address of its HTTP functions.')
output url string = 'https://${app.properties.defaultHostName}'
