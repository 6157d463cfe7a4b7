// The only secrets there are: the addresses of the destinations, what proves our messages to them, and the key of answers.

param location string
param tags { *: string }
param vaultName string
param workspaceId string
@description('Closes the public address; the app then comes through its private endpoint.')
param privateOnly bool
@description('Keeps the vault from being deleted by mistake.')
param lock bool
@secure()
param teamsWebhookUrl string
@secure()
param slackWebhookUrl string
@secure()
param pagerdutyRoutingKey string
@secure()
param webhookUrl string
@secure()
param webhookSecret string
@secure()
param webhookHeader string
@secure()
param answersKey string
@description('Settings of further addresses that hold a secret.')
param furtherVaultNames string[]
@secure()
param furtherSecretValues { *: string }

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

  resource slackUrl 'secrets' = if (!empty(slackWebhookUrl)) {
    name: 'slack-webhook-url'
    properties: { value: slackWebhookUrl }
  }

  resource pagerdutyKey 'secrets' = if (!empty(pagerdutyRoutingKey)) {
    name: 'pagerduty-routing-key'
    properties: { value: pagerdutyRoutingKey }
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

  resource further 'secrets' = [
    for name in furtherVaultNames: if (!empty(furtherSecretValues[?name] ?? '')) {
      name: toLower(replace(name, '_', '-'))
      properties: { value: furtherSecretValues[name] }
    }
  ]

  resource actionsKey 'secrets' = if (!empty(answersKey)) {
    name: 'actions-key'
    properties: { value: answersKey }
  }
}

// The newest stable version does not know category groups.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: vault
  properties: { level: 'CanNotDelete', notes: 'Addresses of the destinations.' }
}

output vaultId string = vault.id
output vaultUri string = vault.properties.vaultUri
