// A network of our own, for those whose landing zone does not give one: a subnet for the app and one for private endpoints.

param location string
param tags { *: string }
param networkName string
param addressSpace string
@description('The app reaches its own site by the network of Azure: a deployment asks it which triggers it has.')
param reachesSites bool

resource appGuard 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${networkName}-app'
  location: location
  tags: tags
  properties: {
    // Nothing listens in this subnet. What goes out stays as Azure has it: the platform itself needs ways that are not published.
    securityRules: [
      {
        name: 'nothing-from-outside'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointGuard 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${networkName}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'only-this-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRanges: ['443', '5671', '5672']
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 26, 0)
          networkSecurityGroup: { id: appGuard.id }
          serviceEndpoints: reachesSites ? [{ service: 'Microsoft.Web' }] : []
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
          // Notices go to chat and webhooks on the internet. Put a NAT gateway here if your policy forbids this.
          defaultOutboundAccess: true
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 26, 1)
          networkSecurityGroup: { id: endpointGuard.id }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

output appSubnetId string = network::app.id
output endpointsSubnetId string = network::endpoints.id
