# The same resources as infra/main.bicep. Texts that both need (alarms, queries) are read from the compiled template, so they exist once.

data "azapi_client_config" "current" {}

locals {
  alarms = local.template.resources.alarms.properties.template

  suffix     = substr(sha256(var.resource_group_id), 0, 13)
  name       = "${var.prefix}-${local.suffix}"
  short_name = substr("${var.prefix}${local.suffix}", 0, 24)

  roles = "/subscriptions/${data.azapi_client_config.current.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"

  namespace_id = local.create_namespace ? azapi_resource.namespace[0].id : var.existing_namespace_id
  workspace_id = var.existing_workspace_id == "" ? azapi_resource.workspace[0].id : var.existing_workspace_id
  identity_id  = var.existing_identity_id == "" ? azapi_resource.identity[0].id : var.existing_identity_id
  package_id   = var.existing_package_identity_id == "" ? azapi_resource.package_identity[0].id : var.existing_package_identity_id
  hub_grows    = var.event_hub_tier == "Standard" && var.max_throughput_units > 1
  own_key      = var.encryption_key_uri != ""
  always_ready = var.always_ready_instances == -1 ? local.preset.alwaysReadyInstances : var.always_ready_instances

  hub_ids         = { for name in local.hub_names : name => "${local.namespace_id}/eventhubs/${name}" }
  host_containers = toset(local.template.variables.hostContainers)
}

resource "azapi_resource" "identity" {
  count     = var.existing_identity_id == "" ? 1 : 0
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
}

data "azapi_resource" "identity" {
  type                   = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  resource_id            = local.identity_id
  response_export_values = ["properties.principalId", "properties.clientId"]
}

resource "azapi_resource" "package_identity" {
  count     = var.existing_package_identity_id == "" ? 1 : 0
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = var.resource_group_id
  name      = "${local.name}-package"
  location  = var.location
  tags      = var.tags
}

data "azapi_resource" "package_identity" {
  type                   = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  resource_id            = local.package_id
  response_export_values = ["properties.principalId"]
}

# ---- telemetry

resource "azapi_resource" "workspace" {
  count     = var.existing_workspace_id == "" ? 1 : 0
  type      = "Microsoft.OperationalInsights/workspaces@2025-07-01"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
  body = {
    properties = {
      sku             = { name = "PerGB2018" }
      retentionInDays = 30
      features        = { disableLocalAuth = true }
    }
  }
}

resource "azapi_resource" "insights" {
  type      = "Microsoft.Insights/components@2020-02-02"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
  body = {
    kind = "web"
    properties = {
      Application_Type    = "web"
      WorkspaceResourceId = local.workspace_id
      DisableLocalAuth    = true
    }
  }

  response_export_values = ["properties.ConnectionString"]
}

# ---- storage

resource "azapi_resource" "account" {
  type      = "Microsoft.Storage/storageAccounts@2025-06-01"
  parent_id = var.resource_group_id
  name      = local.short_name
  location  = var.location
  tags      = var.tags
  body = {
    kind = "StorageV2"
    sku  = { name = var.storage_sku }
    properties = {
      accessTier                   = "Hot"
      allowBlobPublicAccess        = false
      allowSharedKeyAccess         = false
      allowCrossTenantReplication  = false
      defaultToOAuthAuthentication = true
      minimumTlsVersion            = "TLS1_2"
      supportsHttpsTrafficOnly     = true
      publicNetworkAccess          = var.private_network ? "Disabled" : "Enabled"
      networkAcls                  = { bypass = "None", defaultAction = var.private_network ? "Deny" : "Allow" }
      encryption = local.own_key ? {
        keySource = "Microsoft.Keyvault"
        identity  = { userAssignedIdentity = var.encryption_identity_id }
        keyvaultproperties = {
          keyvaulturi = join("/", slice(split("/", var.encryption_key_uri), 0, 3))
          keyname     = split("/", var.encryption_key_uri)[4]
        }
        # Without this, tables are not covered by the key of the account.
        services = { blob = { enabled = true, keyType = "Account" }, table = { enabled = true, keyType = "Account" } }
        } : {
        keySource          = "Microsoft.Storage"
        identity           = null
        keyvaultproperties = null
        services           = { blob = { enabled = true, keyType = "Account" }, table = null }
      }
    }
  }

  # Half of the encryption block is for one kind of key only.
  ignore_null_property = true

  dynamic "identity" {
    for_each = local.own_key ? [var.encryption_identity_id] : []
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value]
    }
  }

  response_export_values = ["properties.primaryEndpoints"]
}

resource "azapi_update_resource" "blobs" {
  type        = "Microsoft.Storage/storageAccounts/blobServices@2025-06-01"
  resource_id = "${azapi_resource.account.id}/blobServices/default"
  body        = { properties = { deleteRetentionPolicy = { enabled = true, days = 7 } } }
}

resource "azapi_resource" "package_container" {
  type      = "Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01"
  parent_id = azapi_update_resource.blobs.id
  name      = local.template.variables.packageContainer
  body      = { properties = { publicAccess = "None" } }
}

resource "azapi_resource" "config_container" {
  type      = "Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01"
  parent_id = azapi_update_resource.blobs.id
  name      = local.template.variables.configContainer
  body      = { properties = { publicAccess = "None" } }
}

resource "azapi_resource" "host_container" {
  for_each  = local.host_containers
  type      = "Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01"
  parent_id = azapi_update_resource.blobs.id
  name      = each.value
  body      = { properties = { publicAccess = "None" } }
}

resource "azapi_update_resource" "tables" {
  type        = "Microsoft.Storage/storageAccounts/tableServices@2025-06-01"
  resource_id = "${azapi_resource.account.id}/tableServices/default"
  body        = { properties = {} }
}

resource "azapi_resource" "findings" {
  type      = "Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01"
  parent_id = azapi_update_resource.tables.id
  name      = var.table_name
}

# ---- vault

resource "azapi_resource" "vault" {
  type      = "Microsoft.KeyVault/vaults@2025-05-01"
  parent_id = var.resource_group_id
  name      = local.short_name
  location  = var.location
  tags      = var.tags
  body = {
    properties = {
      tenantId                  = data.azapi_client_config.current.tenant_id
      sku                       = { family = "A", name = "standard" }
      enableRbacAuthorization   = true
      enableSoftDelete          = true
      softDeleteRetentionInDays = 90
      enablePurgeProtection     = true
      publicNetworkAccess       = var.private_network ? "Disabled" : "Enabled"
      networkAcls               = { bypass = "AzureServices", defaultAction = var.private_network ? "Deny" : "Allow" }
    }
  }

  response_export_values = ["properties.vaultUri"]
}

# An action and no resource: one that is left out later stays in the vault, and Azure would refuse to delete it.
resource "azapi_resource_action" "secret" {
  for_each       = local.secret_names
  type           = "Microsoft.KeyVault/vaults/secrets@2025-05-01"
  resource_id    = "${azapi_resource.vault.id}/secrets/${each.value}"
  method         = "PUT"
  body           = { properties = {} }
  sensitive_body = { properties = { value = var.secrets[each.value] } }
}

# ---- hub

resource "azapi_resource" "namespace" {
  count     = local.create_namespace ? 1 : 0
  type      = "Microsoft.EventHub/namespaces@2026-01-01"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
  body = {
    sku = { name = var.event_hub_tier, tier = var.event_hub_tier, capacity = 1 }
    properties = {
      isAutoInflateEnabled   = local.hub_grows
      maximumThroughputUnits = local.hub_grows ? var.max_throughput_units : 0
      minimumTlsVersion      = "1.2"
      disableLocalAuth       = var.disable_event_hub_keys
      publicNetworkAccess    = "Enabled"
      encryption = var.encrypt_event_hub ? {
        keySource = "Microsoft.KeyVault"
        keyVaultProperties = [{
          keyName     = split("/", var.encryption_key_uri)[4]
          keyVaultUri = join("/", slice(split("/", var.encryption_key_uri), 0, 3))
          identity    = { userAssignedIdentity = var.encryption_identity_id }
        }]
      } : null
    }
  }

  # Without a key of yours the encryption is null.
  ignore_null_property = true

  dynamic "identity" {
    for_each = var.encrypt_event_hub ? [var.encryption_identity_id] : []
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value]
    }
  }

  lifecycle {
    ignore_changes = [body.sku.capacity]
  }
}

resource "azapi_resource" "hub" {
  for_each  = local.create_namespace ? toset(local.hub_names) : []
  type      = "Microsoft.EventHub/namespaces/eventhubs@2026-01-01"
  parent_id = azapi_resource.namespace[0].id
  name      = each.value
  body = {
    properties = {
      partitionCount       = var.partition_count
      retentionDescription = { cleanupPolicy = "Delete", retentionTimeInHours = var.retention_hours }
    }
  }
}

resource "azapi_resource" "consumer_group" {
  for_each   = local.hub_ids
  type       = "Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01"
  parent_id  = each.value
  name       = var.consumer_group_name
  body       = { properties = {} }
  depends_on = [azapi_resource.hub]
}

# The trigger has its group for itself alone: what it passed over is read again with this one.
resource "azapi_resource" "second_group" {
  for_each   = local.hub_ids
  type       = "Microsoft.EventHub/namespaces/eventhubs/consumergroups@2026-01-01"
  parent_id  = each.value
  name       = "${var.consumer_group_name}-again"
  body       = { properties = {} }
  depends_on = [azapi_resource.consumer_group]
}

data "azapi_resource" "read_namespace" {
  type                   = "Microsoft.EventHub/namespaces@2026-01-01"
  resource_id            = local.namespace_id
  response_export_values = ["properties.serviceBusEndpoint"]
}

# ---- roles: data planes only, each at the narrowest scope that works

locals {
  code    = data.azapi_resource.identity.output.properties.principalId
  package = data.azapi_resource.package_identity.output.properties.principalId
  assignments = merge(
    {
      keepFindings     = { scope = azapi_resource.findings.id, principal = local.code, role = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3" }
      readSecrets      = { scope = azapi_resource.vault.id, principal = local.code, role = "4633458b-17de-408a-b874-0445c86b69e6" }
      publishTelemetry = { scope = azapi_resource.insights.id, principal = local.code, role = "3913510d-42f4-4e42-8a64-420c390055eb" }
      readConfig       = { scope = azapi_resource.config_container.id, principal = local.code, role = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1" }
      keepPackage      = { scope = azapi_resource.package_container.id, principal = local.package, role = "ba92f5b4-2d11-453d-a403-e96b0029c9fe" }
    },
    { for name, id in local.hub_ids : "readHub-${name}" => { scope = id, principal = local.code, role = "a638d3c7-ab3a-418d-83e6-5f17a39d4fde" } },
    { for name, id in local.hub_ids : "writeHub-${name}" => { scope = id, principal = local.code, role = "2b629674-e913-4c01-ae53-ef4638d8f975" } if var.weekly_drill != "" },
    { for name, container in azapi_resource.host_container : "keepState-${name}" => { scope = container.id, principal = local.code, role = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b" } }
  )
}

resource "azapi_resource" "assignment" {
  for_each  = local.assignments
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = each.value.scope
  name      = uuidv5("url", "${each.value.scope}/${each.value.principal}/${each.value.role}")
  body = {
    properties = {
      principalId      = each.value.principal
      principalType    = "ServicePrincipal"
      roleDefinitionId = "${local.roles}/${each.value.role}"
    }
  }
  depends_on = [azapi_resource.consumer_group]
}

# ---- logs of what happens to hub, vault and storage

locals {
  diagnostics = merge(
    {
      vault  = { scope = azapi_resource.vault.id, logs = [{ categoryGroup = "audit", enabled = true }], metrics = [] }
      blobs  = { scope = azapi_update_resource.blobs.id, logs = [{ category = "StorageDelete", enabled = true }], metrics = [{ category = "Transaction", enabled = true }] }
      tables = { scope = azapi_update_resource.tables.id, logs = [{ category = "StorageDelete", enabled = true }], metrics = [{ category = "Transaction", enabled = true }] }
    },
    local.create_namespace ? { hub = { scope = local.namespace_id, logs = [{ categoryGroup = "allLogs", enabled = true }], metrics = [{ category = "AllMetrics", enabled = true }] } } : {}
  )
}

resource "azapi_resource" "diagnostics" {
  for_each  = local.diagnostics
  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = each.value.scope
  name      = "to-workspace"
  body      = { properties = { workspaceId = local.workspace_id, logs = each.value.logs, metrics = each.value.metrics } }
}

resource "azapi_resource" "lock" {
  for_each = var.lock_resources ? merge(
    { storage = azapi_resource.account.id, vault = azapi_resource.vault.id },
    local.create_namespace ? { hub = local.namespace_id } : {}
  ) : {}
  type      = "Microsoft.Authorization/locks@2020-05-01"
  parent_id = each.value
  name      = "keep"
  body      = { properties = { level = "CanNotDelete", notes = "Tunnelwatch keeps state here." } }
}
