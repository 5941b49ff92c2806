// What the app needs in its Cosmos DB account, new or existing: database, containers, roles on the data.
// shared/domain/containers.py describes the same containers; `make infra-check` compares the two.

@description('Name of the account, in this resource group.')
@minLength(3)
@maxLength(50)
param accountName string

@description('Name of the database (COSMOS_DATABASE).')
@minLength(1)
@maxLength(255)
param databaseName string

@description('The account\'s kind. A serverless account accepts no throughput.')
@allowed(['serverless', 'autoscale'])
param capacity string

@description('Maximum of autoscale in request units a second, shared by both containers. Serverless has none.')
@minValue(1000)
@maxValue(1000000)
param maxThroughput int

@description('Object ids that may read and write documents: the app, and who may erase recordings.')
@minLength(1)
param writers string[]

@description('Object ids that may read documents: apps downstream, operators.')
param readers string[]

var containers = [
  {
    name: 'jobs'
    partitionKey: {
      kind: 'Hash'
      version: 2
      paths: ['/id']
    }
    includedPaths: [
      '/type/?'
      '/status/?'
      '/pollCount/?'
      '/acceptedAt/?'
      '/polledAt/?'
      '/nextPollAt/?'
      '/movedAt/?'
      '/endedAt/?'
      '/tidiedAt/?'
      '/rejectedAt/?'
      '/retry/at/?'
    ]
    // Ascending; Cosmos DB reads them backwards too.
    compositeIndexes: [
      ['/status', '/pollCount', '/acceptedAt']
      ['/status', '/acceptedAt']
      ['/status', '/nextPollAt']
      ['/status', '/polledAt']
      ['/status', '/movedAt']
      ['/tidiedAt', '/endedAt']
    ]
  }
  {
    name: 'transcripts'
    partitionKey: {
      kind: 'MultiHash'
      version: 2
      paths: ['/jobId', '/fileId']
    }
    includedPaths: [
      '/jobId/?'
      '/fileId/?'
      '/type/?'
      '/kind/?'
      '/run/?'
      '/revision/?'
      '/ttl/?'
      '/ingestedAt/?'
    ]
    compositeIndexes: []
  }
]

var roles = {
  contributor: '00000000-0000-0000-0000-000000000002'
  reader: '00000000-0000-0000-0000-000000000001'
}

var grants = concat(
  map(writers, id => { principalId: id, role: roles.contributor }),
  map(readers, id => { principalId: id, role: roles.reader })
)

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: accountName
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: {
      id: databaseName
    }
    options: capacity == 'serverless'
      ? {}
      : {
          autoscaleSettings: {
            maxThroughput: maxThroughput
          }
        }
  }
}

// One at a time: an account accepts only one change of a database at once.
@batchSize(1)
resource collections 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = [
  for container in containers: {
    parent: database
    name: container.name
    properties: {
      resource: {
        id: container.name
        partitionKey: container.partitionKey
        // On, without a default: only documents with their own `ttl` expire.
        defaultTtl: -1
        indexingPolicy: {
          indexingMode: 'consistent'
          automatic: true
          includedPaths: [
            for path in container.includedPaths: {
              path: path
            }
          ]
          excludedPaths: [
            {
              path: '/*'
            }
          ]
          compositeIndexes: map(
            container.compositeIndexes,
            paths => map(paths, path => { path: path, order: 'ascending' })
          )
        }
      }
    }
  }
]

// On this database only: an existing account may hold others.
@batchSize(1)
resource assignments 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = [
  for grant in grants: {
    parent: account
    name: guid(account.id, databaseName, grant.principalId, grant.role)
    properties: {
      principalId: grant.principalId
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${grant.role}'
      scope: '${account.id}/dbs/${database.name}'
    }
    // An account accepts only one change at once.
    dependsOn: [collections]
  }
]

@description('Resource id of the account.')
output accountId string = account.id

@description('Endpoint (COSMOS_ENDPOINT).')
output endpoint string = account.properties.documentEndpoint
