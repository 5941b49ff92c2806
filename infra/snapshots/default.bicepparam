// Nothing is set, and there is no operator.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
param principalId = '' // by default whoever deploys, whom a snapshot does not know
