locals {
  # Every cloud names its services alike, so the hub's suffix is the tail of its own address, and so on.
  storage_suffix = trimsuffix(split(".blob.", local.endpoints.blob)[1], "/")
  vault_suffix   = trimsuffix(split(".vault.", azapi_resource.vault.output.properties.vaultUri)[1], "/")

  create_network      = var.private_network && !local.network_given
  app_subnet_id       = local.network_given ? var.existing_app_subnet_id : one([for network in azapi_resource.network : "${network.id}/subnets/app"])
  endpoints_subnet_id = local.network_given ? var.existing_endpoints_subnet_id : one([for network in azapi_resource.network : "${network.id}/subnets/endpoints"])
  network_id          = local.network_given ? split("/subnets/", var.existing_endpoints_subnet_id)[0] : one(azapi_resource.network[*].id)
  create_zones        = var.private_dns_zones_group_id == ""
  write_names         = var.private_dns_zones_group_id != "none"

  private_targets = var.private_network ? {
    blob      = { id = azapi_resource.account.id, zone = "privatelink.blob.${local.storage_suffix}" }
    table     = { id = azapi_resource.account.id, zone = "privatelink.table.${local.storage_suffix}" }
    vault     = { id = azapi_resource.vault.id, zone = "privatelink.vaultcore.${local.vault_suffix}" }
    namespace = { id = local.namespace_id, zone = "privatelink.${replace(local.storage_suffix, "core.", "servicebus.")}" }
  } : {}
}

locals {
  # Azure takes "*" as the one range only, not in a list.
  guards = {
    app = [{ name = "nothing-from-outside", priority = 100, access = "Deny", protocol = "*", source = "Internet", target = "*", port = "*", ports = null }]
    endpoints = [
      { name = "only-this-network", priority = 100, access = "Allow", protocol = "Tcp", source = "VirtualNetwork", target = "VirtualNetwork", port = null, ports = ["443", "5671", "5672"] },
      { name = "nothing-else", priority = 200, access = "Deny", protocol = "*", source = "*", target = "*", port = "*", ports = null },
    ]
  }
}

resource "azapi_resource" "guard" {
  for_each  = { for name, rules in local.guards : name => rules if local.create_network }
  type      = "Microsoft.Network/networkSecurityGroups@2025-05-01"
  parent_id = var.resource_group_id
  name      = "${local.name}-${each.key}"
  location  = var.location
  tags      = var.tags
  body = {
    properties = {
      securityRules = [for rule in each.value : {
        name = rule.name
        properties = {
          priority                 = rule.priority
          direction                = "Inbound"
          access                   = rule.access
          protocol                 = rule.protocol
          sourceAddressPrefix      = rule.source
          sourcePortRange          = "*"
          destinationAddressPrefix = rule.target
          destinationPortRange     = rule.port
          destinationPortRanges    = rule.ports
        }
      }]
    }
  }

  # Half of each rule's ranges is null.
  ignore_null_property = true
}

resource "azapi_resource" "network" {
  count     = local.create_network ? 1 : 0
  type      = "Microsoft.Network/virtualNetworks@2025-05-01"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
  body = {
    properties = {
      addressSpace = { addressPrefixes = [var.network_address_space] }
      subnets = [
        {
          name = "app"
          properties = {
            addressPrefix         = cidrsubnet(var.network_address_space, 26 - parseint(split("/", var.network_address_space)[1], 10), 0)
            networkSecurityGroup  = { id = azapi_resource.guard["app"].id }
            serviceEndpoints      = var.site_private_endpoint ? [{ service = "Microsoft.Web" }] : []
            delegations           = [{ name = "flex", properties = { serviceName = "Microsoft.App/environments" } }]
            defaultOutboundAccess = true
          }
        },
        {
          name = "endpoints"
          properties = {
            addressPrefix                  = cidrsubnet(var.network_address_space, 26 - parseint(split("/", var.network_address_space)[1], 10), 1)
            networkSecurityGroup           = { id = azapi_resource.guard["endpoints"].id }
            privateEndpointNetworkPolicies = "NetworkSecurityGroupEnabled"
            defaultOutboundAccess          = false
          }
        },
      ]
    }
  }
}

resource "azapi_resource" "endpoint" {
  for_each  = local.private_targets
  type      = "Microsoft.Network/privateEndpoints@2025-05-01"
  parent_id = var.resource_group_id
  name      = "${local.name}-${each.key}"
  location  = var.location
  tags      = var.tags
  # Two at once on one account or subnet disturb each other.
  locks = [local.network_id]
  body = {
    properties = {
      subnet                        = { id = local.endpoints_subnet_id }
      privateLinkServiceConnections = [{ name = each.key, properties = { privateLinkServiceId = each.value.id, groupIds = [each.key] } }]
    }
  }
}

resource "azapi_resource" "zone" {
  for_each  = local.create_zones ? local.private_targets : {}
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  parent_id = var.resource_group_id
  name      = each.value.zone
  location  = "global"
  tags      = var.tags
}

resource "azapi_resource" "link" {
  for_each  = local.create_zones ? local.private_targets : {}
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  parent_id = azapi_resource.zone[each.key].id
  name      = "tunnelwatch"
  location  = "global"
  tags      = var.tags
  body      = { properties = { registrationEnabled = false, virtualNetwork = { id = local.network_id } } }
}

resource "azapi_resource" "names" {
  for_each   = local.write_names ? local.private_targets : {}
  type       = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01"
  parent_id  = azapi_resource.endpoint[each.key].id
  name       = "default"
  body       = { properties = { privateDnsZoneConfigs = [{ name = each.key, properties = { privateDnsZoneId = local.create_zones ? azapi_resource.zone[each.key].id : "${var.private_dns_zones_group_id}/providers/Microsoft.Network/privateDnsZones/${each.value.zone}" } }] } }
  depends_on = [azapi_resource.link]
}

# The site has its own way in, after the app and its package: deployments to an app that has one are reported to time out.

locals {
  site_host = split(".", azapi_resource.app.output.properties.defaultHostName)
  site_zone = "privatelink.${join(".", slice(local.site_host, length(local.site_host) - 2, length(local.site_host)))}"
}

resource "azapi_resource" "site_endpoint" {
  count     = var.site_private_endpoint ? 1 : 0
  type      = "Microsoft.Network/privateEndpoints@2025-05-01"
  parent_id = var.resource_group_id
  name      = "${local.name}-sites"
  location  = var.location
  tags      = var.tags
  locks     = [local.network_id]
  body = {
    properties = {
      subnet                        = { id = local.endpoints_subnet_id }
      privateLinkServiceConnections = [{ name = "sites", properties = { privateLinkServiceId = azapi_resource.app.id, groupIds = ["sites"] } }]
    }
  }
  depends_on = [azapi_resource_action.code]
}

resource "azapi_resource" "site_zone" {
  count     = var.site_private_endpoint && local.create_zones ? 1 : 0
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  parent_id = var.resource_group_id
  name      = local.site_zone
  location  = "global"
  tags      = var.tags
}

resource "azapi_resource" "site_link" {
  count     = var.site_private_endpoint && local.create_zones ? 1 : 0
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  parent_id = azapi_resource.site_zone[0].id
  name      = "tunnelwatch"
  location  = "global"
  tags      = var.tags
  body      = { properties = { registrationEnabled = false, virtualNetwork = { id = local.network_id } } }
}

resource "azapi_resource" "site_names" {
  count      = var.site_private_endpoint && local.write_names ? 1 : 0
  type       = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01"
  parent_id  = azapi_resource.site_endpoint[0].id
  name       = "default"
  body       = { properties = { privateDnsZoneConfigs = [{ name = "sites", properties = { privateDnsZoneId = local.create_zones ? azapi_resource.site_zone[0].id : "${var.private_dns_zones_group_id}/providers/Microsoft.Network/privateDnsZones/${local.site_zone}" } }] } }
  depends_on = [azapi_resource.site_link]
}
