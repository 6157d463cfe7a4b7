// One private way to one service, and the name that leads to it.

param location string
param tags { *: string }
param endpointName string
param targetId string
@description('Part of the service: blob, table, vault, namespace or sites.')
param group string
param subnetId string
@description('Network whose machines find the service by its name.')
param networkId string
param zoneName string
@description('Resource id of the resource group that holds the private DNS zones; empty = create the zone here; none = a policy writes the names.')
param zonesGroupId string

var createZone = empty(zonesGroupId)
var writeNames = zonesGroupId != 'none'
var groupParts = split(createZone || !writeNames ? resourceGroup().id : zonesGroupId, '/')

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: endpointName
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: group
        properties: { privateLinkServiceId: targetId, groupIds: [group] }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = if (writeNames) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: group, properties: { privateDnsZoneId: createZone ? zone.id : given.id } }]
    }
    dependsOn: [link]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (createZone) {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (createZone) {
  parent: zone
  name: 'tunnelwatch'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: networkId }
  }
}

resource given 'Microsoft.Network/privateDnsZones@2024-06-01' existing = if (!createZone && writeNames) {
  scope: resourceGroup(groupParts[2], groupParts[4])
  name: zoneName
}
