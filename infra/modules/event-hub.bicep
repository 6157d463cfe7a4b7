// A namespace of our own with one hub for all tables of the export, or with several.

param location string
param tags { *: string }
param namespaceName string
param hubNames string[]
param partitionCount int
param retentionHours int
@allowed(['Standard', 'Premium'])
param tier string
@description('The tier Premium has processing units instead, here one.')
param maxThroughputUnits int
@description('Address of your own key for encryption, without its version; empty = a key of Microsoft.')
param encryptionKeyUri string
@description('Resource id of the identity that may use that key.')
param encryptionIdentityId string
@description('Refuses key sign-in on the namespace. The export from Defender may need keys: try it once data flows.')
param disableKeys bool
@description('Keeps the namespace, and the events in it, from being deleted by mistake.')
param lock bool
param workspaceId string

var grows = tier == 'Standard' && maxThroughputUnits > 1
var keyParts = split(empty(encryptionKeyUri) ? '////' : encryptionKeyUri, '/')
var ownKey = {
  keySource: 'Microsoft.KeyVault'
  keyVaultProperties: [
    { keyName: keyParts[4], keyVaultUri: '${keyParts[0]}//${keyParts[2]}', identity: { userAssignedIdentity: encryptionIdentityId } }
  ]
}

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: { name: tier, tier: tier, capacity: 1 }
  identity: empty(encryptionKeyUri) ? null : { type: 'UserAssigned', userAssignedIdentities: { '${encryptionIdentityId}': {} } }
  properties: {
    isAutoInflateEnabled: grows
    maximumThroughputUnits: grows ? maxThroughputUnits : 0
    encryption: empty(encryptionKeyUri) ? null : ownKey
    minimumTlsVersion: '1.2'
    disableLocalAuth: disableKeys
    // Defender writes from Microsoft's own services, so the public address stays.
    publicNetworkAccess: 'Enabled'
  }

  @batchSize(1)
  resource hub 'eventhubs' = [
    for hubName in hubNames: {
      name: hubName
      properties: {
        partitionCount: partitionCount
        // The retention is the replay buffer: what was not read in time is gone.
        retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: retentionHours }
      }
    }
  ]
}

// The newest stable version does not know category groups.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: namespace
  properties: { level: 'CanNotDelete', notes: 'Events that were not read yet.' }
}
