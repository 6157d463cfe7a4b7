// One account: the package, the host's leases and checkpoints, and the table of findings.

param location string
param tags { *: string }
param accountName string
@allowed(['Standard_ZRS', 'Standard_LRS'])
param sku string
param packageContainer string
@description('Container of the list of approvals, for those who keep it apart from the package.')
param configContainer string
@description('Containers that the host keeps for itself. They are made here so that its rights can end at them.')
param hostContainers string[]
param tableName string
@description('Closes the public address; the app then comes through its private endpoints.')
param privateOnly bool
@description('Keeps the account from being deleted by mistake.')
param lock bool
@description('Address of your own key for encryption, without its version; empty = a key of Microsoft.')
param encryptionKeyUri string
@description('Resource id of the identity that may use that key.')
param encryptionIdentityId string
param workspaceId string

var keyParts = split(empty(encryptionKeyUri) ? '////' : encryptionKeyUri, '/')
var ownKey = {
  keySource: 'Microsoft.Keyvault'
  identity: { userAssignedIdentity: encryptionIdentityId }
  keyvaultproperties: { keyvaulturi: '${keyParts[0]}//${keyParts[2]}', keyname: keyParts[4] }
  // Without this, tables are not covered by the key of the account.
  services: { blob: { enabled: true, keyType: 'Account' }, table: { enabled: true, keyType: 'Account' } }
}
var microsoftsKey = {
  keySource: 'Microsoft.Storage'
  services: { blob: { enabled: true, keyType: 'Account' } }
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  identity: empty(encryptionKeyUri) ? null : { type: 'UserAssigned', userAssignedIdentities: { '${encryptionIdentityId}': {} } }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateOnly ? 'Deny' : 'Allow'
    }
    encryption: empty(encryptionKeyUri) ? microsoftsKey : ownKey
  }

  resource blobs 'blobServices' = {
    name: 'default'
    // Seven days to undo a wrong deletion of the package or of a checkpoint.
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 } }

    resource package 'containers' = {
      name: packageContainer
      properties: { publicAccess: 'None' }
    }

    resource config 'containers' = {
      name: configContainer
      properties: { publicAccess: 'None' }
    }

    resource host 'containers' = [
      for name in hostContainers: {
        name: name
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource findings 'tables' = {
      name: tableName
    }
  }
}

// Reads and writes are the app at work, thousands an hour. A deletion of the package, of a checkpoint or of rows is worth a line.
// Older than the linter likes, and still what other services use.
resource blobLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource tableLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::tables
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'Findings, notices that are owed, and checkpoints.' }
}

output accountId string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output tableEndpoint string = account.properties.primaryEndpoints.table
