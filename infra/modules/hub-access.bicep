// What the app needs on a hub, ours or yours: a consumer group of its own and the right to read this one hub.
// Deployed to the resource group of the namespace.

param namespaceName string
param hubName string
param consumerGroupName string
param principalId string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = {
  name: namespaceName

  resource hub 'eventhubs' existing = {
    name: hubName

    resource consumerGroup 'consumergroups' = {
      name: consumerGroupName
      properties: {}
    }
  }
}

var eventHubsDataReceiver = 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'

resource readHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::hub.id, principalId, eventHubsDataReceiver)
  scope: namespace::hub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventHubsDataReceiver)
  }
}
