// An identity of our own, or one that the landing zone gives.

param location string
param tags { *: string }
param identityName string
@description('Resource id of an identity that exists, in any subscription of the tenant; empty = create one.')
param existingId string

var create = empty(existingId)
var parts = split(create ? '${resourceGroup().id}/providers/-/-/${identityName}' : existingId, '/')

resource own 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (create) {
  name: identityName
  location: location
  tags: tags
}

resource given 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = if (!create) {
  scope: resourceGroup(parts[2], parts[4])
  name: last(parts)
}

output id string = create ? own.id : existingId
output principalId string = create ? own!.properties.principalId : given!.properties.principalId
output clientId string = create ? own!.properties.clientId : given!.properties.clientId
