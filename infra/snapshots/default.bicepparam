// As `azd up` deploys it when nobody sets anything.
using '../main.bicep'

param environmentName = 'dev'
param location = 'westeurope'
