// As `azd up` deploys it: the person who deploys becomes the operator.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
param principalId = '00000000-0000-4000-8000-00000000000a'
param principalType = 'User'
