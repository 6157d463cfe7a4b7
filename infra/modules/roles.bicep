// Everything that the app's two identities may do in this resource group; the hub is in hub-access.bicep.
// Assignments are named by the principal: an identity that was deleted and made again does not collide with its old ones.

param accountName string
param hostContainers string[]
param packageContainer string
param configContainer string
param tableName string
param vaultName string
param insightsName string
@description('The identity that the code runs as.')
param principalId string
@description('The identity that the platform stores and fetches the package with.')
param packagePrincipalId string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource host 'containers' existing = [
      for name in hostContainers: {
        name: name
      }
    ]

    resource package 'containers' existing = {
      name: packageContainer
    }

    resource config 'containers' existing = {
      name: configContainer
    }
  }

  resource tables 'tableServices' existing = {
    name: 'default'

    resource findings 'tables' existing = {
      name: tableName
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// Leases, checkpoints and keys of the host: its own containers, not the one with the package.
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'

resource keepState 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in hostContainers: {
    name: guid(account::blobs::host[i].id, principalId, storageBlobDataOwner)
    scope: account::blobs::host[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
    }
  }
]

// The list of approvals: read only, so the code cannot approve anything for itself.
var storageBlobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

resource readConfig 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::config.id, principalId, storageBlobDataReader)
  scope: account::blobs::config
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataReader)
  }
}

// The package: the code runs as the other identity, which has no right here.
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource keepPackage 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::package.id, packagePrincipalId, storageBlobDataContributor)
  scope: account::blobs::package
  properties: {
    principalId: packagePrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

// Findings and notices: one table, not the account.
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

resource keepFindings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::tables::findings.id, principalId, storageTableDataContributor)
  scope: account::tables::findings
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
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

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource publishTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}
