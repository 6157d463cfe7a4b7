// What the app needs on a hub, ours or yours: a consumer group of its own and the right to read this one hub.
// Deployed to the resource group of the namespace.

param hub {
  namespaceName: string
  name: string
  consumerGroupName: string
}
param principalId string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: hub.namespaceName

  resource events 'eventhubs' existing = {
    name: hub.name

    resource consumerGroup 'consumergroups' = {
      name: hub.consumerGroupName
      properties: {}
    }
  }
}

var eventHubsDataReceiver = 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'

resource readHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::events.id, principalId, eventHubsDataReceiver)
  scope: namespace::events
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventHubsDataReceiver)
  }
}

// The host name as the cloud has it: "sb://" or "https://", the name, a port.
output hostName string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
