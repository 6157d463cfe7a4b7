// What the app needs on its hubs, ours or yours: two consumer groups of its own in each and the right to read these hubs.
// Deployed to the resource group of the namespace.

param hub {
  namespaceName: string
  names: string[]
  consumerGroupName: string
}
param principalId string
@description('The app sends drills through its own hubs, so it may write to them.')
param sendsDrills bool

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: hub.namespaceName

  resource events 'eventhubs' existing = [
    for name in hub.names: {
      name: name
    }
  ]
}

@batchSize(1)
resource consumerGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = [
  for (name, i) in hub.names: {
    parent: namespace::events[i]
    name: hub.consumerGroupName
    properties: {}
  }
]

// The trigger has its group for itself alone: what it passed over is read again with this one.
@batchSize(1)
resource secondGroup 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01' = [
  for (name, i) in hub.names: {
    parent: namespace::events[i]
    name: '${hub.consumerGroupName}-again'
    properties: {}
    dependsOn: [consumerGroup]
  }
]

var eventHubsDataReceiver = 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'

resource readHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in hub.names: {
    name: guid(namespace::events[i].id, principalId, eventHubsDataReceiver)
    scope: namespace::events[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventHubsDataReceiver)
    }
  }
]

var eventHubsDataSender = '2b629674-e913-4c01-ae53-ef4638d8f975'

resource writeHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in hub.names: if (sendsDrills) {
    name: guid(namespace::events[i].id, principalId, eventHubsDataSender)
    scope: namespace::events[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventHubsDataSender)
    }
  }
]

// The host name as the cloud has it: "sb://" or "https://", the name, a port.
output hostName string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
