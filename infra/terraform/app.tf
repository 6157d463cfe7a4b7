locals {
  client_id = data.azapi_resource.identity.output.properties.clientId
  endpoints = azapi_resource.account.output.properties.primaryEndpoints
  secret    = "@Microsoft.KeyVault(SecretUri=${azapi_resource.vault.output.properties.vaultUri}secrets/"
  webhook   = contains(var.destinations, "webhook")

  app_settings = merge(
    var.settings,
    var.further_settings,
    {
      AzureWebJobsStorage__blobServiceUri                             = local.endpoints.blob
      AzureWebJobsStorage__tableServiceUri                            = local.endpoints.table
      AzureWebJobsStorage__credential                                 = "managedidentity"
      AzureWebJobsStorage__clientId                                   = local.client_id
      EventHub__fullyQualifiedNamespace                               = split(":", split("/", data.azapi_resource.read_namespace.output.properties.serviceBusEndpoint)[2])[0]
      EventHub__credential                                            = "managedidentity"
      EventHub__clientId                                              = local.client_id
      EVENTHUB_NAME                                                   = join(",", local.hub_names)
      EVENTHUB_CONSUMER_GROUP                                         = var.consumer_group_name
      TABLE_ENDPOINT                                                  = local.endpoints.table
      TABLE_NAME                                                      = var.table_name
      AZURE_CLIENT_ID                                                 = local.client_id
      APPLICATIONINSIGHTS_CONNECTION_STRING                           = azapi_resource.insights.output.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING                       = "ClientId=${local.client_id};Authorization=AAD"
      AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize = tostring(local.fewest_in_batch)
      AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize = tostring(local.most_in_batch)
      AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime       = var.max_wait_time == "" ? local.preset.maxWaitTime : var.max_wait_time
    },
    contains(var.destinations, "teams") ? { TEAMS_WEBHOOK_URL = "${local.secret}teams-webhook-url/)" } : {},
    contains(var.destinations, "slack") ? { SLACK_WEBHOOK_URL = "${local.secret}slack-webhook-url/)" } : {},
    contains(var.destinations, "pagerduty") ? { PAGERDUTY_ROUTING_KEY = "${local.secret}pagerduty-routing-key/)" } : {},
    local.webhook ? { WEBHOOK_URL = "${local.secret}webhook-url/)" } : {},
    local.webhook && var.webhook_proof != "header" ? { WEBHOOK_SECRET = "${local.secret}webhook-secret/)" } : {},
    local.webhook && var.webhook_proof != "signature" ? { WEBHOOK_HEADER = "${local.secret}webhook-header/)" } : {},
    { for name in var.further_vault_names : name => "${local.secret}${replace(lower(name), "_", "-")}/)" },
    var.routes_in_storage ? { ROUTES_FILE = "${local.endpoints.blob}${azapi_resource.config_container.name}/routes.json" } : {},
    var.approvals_in_storage ? { APPROVALS_FILE = "${local.endpoints.blob}${azapi_resource.config_container.name}/approvals.json" } : {},
    var.weekly_drill == "" ? {} : { WEEKLY_DRILL_UTC = var.weekly_drill },
    var.otlp_endpoint == "" ? {} : { AzureFunctionsJobHost__telemetryMode = "OpenTelemetry" },
    var.otlp_endpoint == "" ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint },
    var.answers == "off" ? {} : {
      ACTIONS     = var.answers
      ACTIONS_KEY = "${local.secret}actions-key/)"
    },
    var.answers != "entra" ? {} : {
      ACTIONS_TENANT                         = data.azapi_client_config.current.tenant_id
      ACTIONS_RESPONDERS                     = join(",", var.responders)
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID = local.client_id
    },
    var.package_sha256 == "" ? {} : { PACKAGE_SHA256 = lower(var.package_sha256) }
  )
}

resource "azapi_resource" "plan" {
  type      = "Microsoft.Web/serverfarms@2025-03-01"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = var.tags
  body = {
    kind       = "functionapp"
    sku        = { name = "FC1", tier = "FlexConsumption" }
    properties = { reserved = true, zoneRedundant = var.zone_redundant }
  }
}

resource "azapi_resource" "app" {
  type      = "Microsoft.Web/sites@2025-03-01"
  parent_id = var.resource_group_id
  name      = local.name
  location  = var.location
  tags      = merge(var.tags, { azd-service-name = "api" })

  identity {
    type         = "UserAssigned"
    identity_ids = distinct([local.identity_id, local.package_id])
  }

  body = {
    kind = "functionapp,linux"
    properties = {
      serverFarmId              = azapi_resource.plan.id
      httpsOnly                 = true
      keyVaultReferenceIdentity = local.identity_id
      publicNetworkAccess       = var.close_site && length(var.site_allowed_addresses) == 0 ? "Disabled" : "Enabled"
      virtualNetworkSubnetId    = var.private_network ? local.app_subnet_id : null
      functionAppConfig = {
        deployment = {
          storage = {
            type  = "blobContainer"
            value = "${local.endpoints.blob}${azapi_resource.package_container.name}"
            authentication = {
              type                           = "UserAssignedIdentity"
              userAssignedIdentityResourceId = local.package_id
            }
          }
        }
        runtime = { name = "node", version = var.node_version }
        scaleAndConcurrency = {
          instanceMemoryMB     = var.instance_memory_mb == 0 ? local.preset.instanceMemoryMB : var.instance_memory_mb
          maximumInstanceCount = var.maximum_instance_count
          alwaysReady          = [for i in range(local.always_ready > 0 ? length(local.hub_names) : 0) : { name = i == 0 ? "function:detect" : "function:detect-${i + 1}", instanceCount = local.always_ready }]
        }
      }
      siteConfig = {
        minTlsVersion                       = "1.2"
        scmMinTlsVersion                    = "1.2"
        ftpsState                           = "Disabled"
        ipSecurityRestrictionsDefaultAction = var.close_site ? "Deny" : "Allow"
        ipSecurityRestrictions              = [for i, address in var.site_allowed_addresses : { name = "listed-${i + 1}", action = "Allow", priority = 100 + i, ipAddress = address }]
        scmIpSecurityRestrictionsUseMain    = true
        appSettings                         = [for name, value in local.app_settings : { name = name, value = value }]
      }
    }
  }

  # Roles and private ways first: an app that starts without them logs refusals for minutes.
  depends_on = [azapi_resource.assignment, azapi_resource.names]

  response_export_values = ["properties.defaultHostName"]
}

resource "azapi_update_resource" "publishing" {
  for_each    = toset(["ftp", "scm"])
  type        = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01"
  resource_id = "${azapi_resource.app.id}/basicPublishingCredentialsPolicies/${each.value}"
  body        = { properties = { allow = false } }
}

# Who is signed in is looked at by the code: health keeps its function key.
resource "azapi_update_resource" "sign_in" {
  count       = var.answers == "entra" ? 1 : 0
  type        = "Microsoft.Web/sites/config@2025-03-01"
  resource_id = "${azapi_resource.app.id}/config/authsettingsV2"
  body = {
    properties = {
      platform         = { enabled = true, runtimeVersion = "~1" }
      globalValidation = { requireAuthentication = false, unauthenticatedClientAction = "AllowAnonymous" }
      httpSettings     = { requireHttps = true }
      identityProviders = {
        azureActiveDirectory = {
          enabled = true
          registration = {
            openIdIssuer            = "https://login.microsoftonline.com/${data.azapi_client_config.current.tenant_id}/v2.0"
            clientId                = var.sign_in_client_id
            clientSecretSettingName = "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"
          }
          validation = { allowedAudiences = [var.sign_in_client_id, "api://${var.sign_in_client_id}"] }
        }
      }
      login = {
        tokenStore       = { enabled = false }
        cookieExpiration = { convention = "FixedTime", timeToExpiration = "08:00:00" }
        nonce            = { validateNonce = true }
      }
    }
  }
}

resource "azapi_resource_action" "code" {
  count       = var.package_url == "" ? 0 : 1
  type        = "Microsoft.Web/sites/extensions@2025-03-01"
  resource_id = "${azapi_resource.app.id}/extensions/onedeploy"
  method      = "PUT"
  body        = { properties = { packageUri = var.package_url, remoteBuild = false } }
  depends_on  = [azapi_update_resource.publishing]
}
