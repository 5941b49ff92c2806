// Storage account, Cosmos DB account and Speech resource are there already, in another subscription.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
param principalId = '' // by default whoever deploys, whom a snapshot does not know
param existingStorageAccountId = '/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/theirs/providers/Microsoft.Storage/storageAccounts/theirstorage'
param existingCosmosAccountId = '/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/theirs/providers/Microsoft.DocumentDB/databaseAccounts/their-cosmos'
param existingSpeechAccountId = '/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/theirs/providers/Microsoft.CognitiveServices/accounts/their-speech'
