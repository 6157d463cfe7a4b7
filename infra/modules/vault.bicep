// The only secrets there are: the addresses of the destinations and what proves our messages to them.

param location string
param tags object
param vaultName string
param workspaceId string
@description('Closes the public address; the app then comes through its private endpoint.')
param privateOnly bool
param principalId string
@secure()
param teamsWebhookUrl string
@secure()
param webhookUrl string
@secure()
param webhookSecret string
@secure()
param webhookHeader string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateOnly ? 'Deny' : 'Allow'
    }
  }

  // A parameter left empty keeps what the vault already holds.
  resource teamsUrl 'secrets' = if (!empty(teamsWebhookUrl)) {
    name: 'teams-webhook-url'
    properties: { value: teamsWebhookUrl }
  }

  resource url 'secrets' = if (!empty(webhookUrl)) {
    name: 'webhook-url'
    properties: { value: webhookUrl }
  }

  resource signing 'secrets' = if (!empty(webhookSecret)) {
    name: 'webhook-secret'
    properties: { value: webhookSecret }
  }

  resource header 'secrets' = if (!empty(webhookHeader)) {
    name: 'webhook-header'
    properties: { value: webhookHeader }
  }
}

var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource readSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output vaultId string = vault.id
output vaultUri string = vault.properties.vaultUri
