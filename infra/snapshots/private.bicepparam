// In a virtual network, storage and Cosmos DB behind private endpoints.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
param principalId = '' // by default whoever deploys, whom a snapshot does not know
param vnetEnabled = true
