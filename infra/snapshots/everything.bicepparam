// Every parameter has another value than its default, but for what existing.bicepparam gives.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
param resourceGroupName = 'transcripts'
param tags = {
  team: 'speech'
}
param principalId = '00000000-0000-4000-8000-00000000000b'
param principalType = 'Group'
param senders = [
  {
    id: '00000000-0000-4000-8000-00000000000c'
    type: 'ServicePrincipal'
  }
]
param readers = [
  {
    id: '00000000-0000-4000-8000-00000000000d'
    type: 'Group'
  }
]
param erasers = [
  {
    id: '00000000-0000-4000-8000-00000000000e'
    type: 'User'
  }
]
param vnetEnabled = true
param vnetAddressPrefix = '10.90.0.0/23'
param natGateway = true
param zoneRedundancy = 'all'
param storageRedundancy = 'Standard_GRS' // with zoneRedundancy it becomes GZRS
param cosmosCapacity = 'autoscale'
param cosmosMaxThroughput = 10000
param cosmosBackupTier = 'Continuous30Days'
param instanceMemoryMB = 4096
param maximumInstanceCount = 100
param alwaysReadyPollers = 1
param alwaysReadyFetchers = 2
param threadsPerInstance = 16
param packageUri = 'https://github.example/speech2cosmos/releases/download/v1.2.3/app.zip'
param jobsQueue = 'speech-jobs'
param resultsQueue = 'speech-results'
param speechApiVersion = '2024-11-15'
param contentHosts = '.blob.content.example'
param cosmosDatabase = 'transcripts'
param pollSchedule = '0 */2 * * * *'
param pollMinSeconds = 120
param pollGetLimit = 5
param notFoundMinutes = 20
param maxPendingHours = 48
param requeueMinutes = 60
param retryMinSeconds = 30
param giveUpHours = 48
param missingMinutes = 60
param retentionDays = 90
param rawArchive = false
param rawContainer = 'raw-archive'
param nbestWords = 'all'
param turnGapSeconds = 5
param logRetentionDays = 90
param logBlobWrites = true
param alertEmail = 'operators@company.example'
param oldestPendingHours = 12
param pollMissingFor = 'PT30M'
