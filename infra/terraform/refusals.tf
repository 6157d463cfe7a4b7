# What is refused before anything is created, with the sentences of infra/main.bicep. Nothing here needs the provider.

locals {
  template = jsondecode(file("${path.module}/../azuredeploy.json"))
  preset   = local.template.variables.presets[var.preset]

  create_namespace = var.existing_namespace_id == ""
  hub_names        = [for name in split(",", var.event_hub_name) : trimspace(name)]
  fewest_in_batch  = var.min_event_batch_size == 0 ? local.preset.minEventBatchSize : var.min_event_batch_size
  most_in_batch    = var.max_event_batch_size == 0 ? local.preset.maxEventBatchSize : var.max_event_batch_size
  network_given    = var.existing_app_subnet_id != "" || var.existing_endpoints_subnet_id != ""
  pages_somebody   = var.alert_email != "" || nonsensitive(var.alert_webhook_url != "") || length(var.action_group_ids) > 0

  # The names of secrets are none.
  secret_names         = nonsensitive(toset(keys(var.secrets)))
  further_secret_names = [for name in var.further_vault_names : replace(lower(name), "_", "-")]
  secret_uses = {
    teams-webhook-url     = contains(var.destinations, "teams")
    slack-webhook-url     = contains(var.destinations, "slack")
    pagerduty-routing-key = contains(var.destinations, "pagerduty")
    webhook-url           = contains(var.destinations, "webhook")
    webhook-secret        = contains(var.destinations, "webhook") && var.webhook_proof != "header"
    webhook-header        = contains(var.destinations, "webhook") && var.webhook_proof != "signature"
    actions-key           = var.answers != "off"
  }
  unused_secrets  = [for name, used in local.secret_uses : name if !used && contains(local.secret_names, name)]
  unknown_secrets = [for name in local.secret_names : name if !contains(keys(local.secret_uses), name) && !contains(local.further_secret_names, name)]

  secret_base         = "^(${join("|", local.template.variables.secretBases)})_"
  setting_base        = "^(${join("|", concat(local.template.variables.plainBases, local.template.variables.secretBases))})_"
  plain_secrets       = [for name in keys(var.further_settings) : name if can(regex(local.secret_base, upper(name)))]
  unknown_further     = [for name in keys(var.further_settings) : name if !can(regex(local.setting_base, name))]
  unknown_vault_names = [for name in var.further_vault_names : name if !can(regex(local.secret_base, name))]
  unknown_settings    = setsubtract(keys(var.settings), keys(local.template.definitions.settingsType.properties))

  resource_ids = {
    existing_namespace_id        = { id = var.existing_namespace_id, part = "/providers/microsoft.eventhub/namespaces/" }
    existing_app_subnet_id       = { id = var.existing_app_subnet_id, part = "/subnets/" }
    existing_endpoints_subnet_id = { id = var.existing_endpoints_subnet_id, part = "/subnets/" }
    private_dns_zones_group_id   = { id = var.private_dns_zones_group_id == "none" ? "" : var.private_dns_zones_group_id, part = "/resourcegroups/" }
    existing_workspace_id        = { id = var.existing_workspace_id, part = "/providers/microsoft.operationalinsights/workspaces/" }
    existing_identity_id         = { id = var.existing_identity_id, part = "/providers/microsoft.managedidentity/userassignedidentities/" }
    existing_package_identity_id = { id = var.existing_package_identity_id, part = "/providers/microsoft.managedidentity/userassignedidentities/" }
    encryption_identity_id       = { id = var.encryption_identity_id, part = "/providers/microsoft.managedidentity/userassignedidentities/" }
  }
  broken_ids = [for name, one in local.resource_ids : name if one.id != "" && !(startswith(lower(one.id), "/subscriptions/") && strcontains(lower(one.id), one.part))]
}

resource "terraform_data" "refusals" {
  lifecycle {
    precondition {
      condition     = local.pages_somebody || var.alarms_in_portal_only
      error_message = "Nobody would be paged when Tunnelwatch itself fails. Give alert_email, alert_webhook_url or action_group_ids, or alarms_in_portal_only=true."
    }
    precondition {
      condition     = !local.pages_somebody || !var.alarms_in_portal_only
      error_message = "alarms_in_portal_only=true says that nobody is to be paged, but somebody is given who would be."
    }
    precondition {
      condition     = var.budget_dollars == 0 || var.budget_start_month != ""
      error_message = "budget_dollars needs budget_start_month: the current month for a new budget, the one it began with for an old one."
    }
    precondition {
      condition     = length(var.destinations) > 0 || length(var.further_vault_names) > 0
      error_message = "Nobody would get a notice. Give destinations."
    }
    precondition {
      condition     = length(local.unused_secrets) == 0
      error_message = "Nothing would use ${join(", ", local.unused_secrets)}. Which secrets are used is said by destinations, webhook_proof and answers."
    }
    precondition {
      condition     = length(local.unknown_secrets) == 0
      error_message = "${join(", ", local.unknown_secrets)} in secrets is not the name of a secret. Write ${join(", ", concat(keys(local.secret_uses), local.further_secret_names))}."
    }
    precondition {
      condition     = length(local.unknown_settings) == 0
      error_message = "${join(", ", local.unknown_settings)} in settings is not a setting of the app. The README lists them."
    }
    precondition {
      condition     = var.webhook_proof == "signature" || contains(var.destinations, "webhook")
      error_message = "webhook_proof is used with the destination webhook only."
    }
    precondition {
      condition     = var.answers != "entra" || (var.sign_in_client_id != "" && length(var.responders) > 0)
      error_message = "answers=entra needs sign_in_client_id and responders."
    }
    precondition {
      condition     = var.answers == "entra" || (var.sign_in_client_id == "" && length(var.responders) == 0)
      error_message = "sign_in_client_id and responders are used with answers=entra only."
    }
    precondition {
      condition     = !(var.approvals_in_storage && contains(keys(var.settings), "APPROVALS_FILE")) && !(var.routes_in_storage && contains(keys(var.settings), "ROUTES_FILE"))
      error_message = "approvals_in_storage and routes_in_storage set APPROVALS_FILE and ROUTES_FILE. Take them out of settings."
    }
    precondition {
      condition     = length(local.unknown_further) == 0
      error_message = "${join(", ", local.unknown_further)} in further_settings is not a setting of a further address, such as TEAMS_FROM_EMEA. The app would not read it."
    }
    precondition {
      condition     = length(local.unknown_vault_names) == 0
      error_message = "${join(", ", local.unknown_vault_names)} in further_vault_names is not a secret of a further address, such as TEAMS_WEBHOOK_URL_EMEA. The app would not read it."
    }
    precondition {
      condition     = length(setintersection(keys(var.further_settings), var.further_vault_names)) == 0
      error_message = "A setting in further_settings is in further_vault_names too. A secret belongs in secrets only."
    }
    precondition {
      condition     = length(local.plain_secrets) == 0
      error_message = "A setting in further_settings holds a secret. Its name belongs in further_vault_names, and its value in secrets."
    }
    precondition {
      condition     = (var.package_url == "") == (var.package_sha256 == "")
      error_message = "package_url and package_sha256 belong together."
    }
    precondition {
      condition     = var.package_sha256 == "" || length(var.package_sha256) == 64
      error_message = "package_sha256 must have 64 hexadecimal digits."
    }
    precondition {
      condition     = local.fewest_in_batch <= local.most_in_batch
      error_message = "min_event_batch_size is above max_event_batch_size. The host would not start."
    }
    precondition {
      condition     = var.max_wait_time == "" || length(split(":", var.max_wait_time)) == 3
      error_message = "max_wait_time must be written as hh:mm:ss."
    }
    precondition {
      condition     = var.max_wait_time == "" || local.fewest_in_batch > 1
      error_message = "max_wait_time is used with min_event_batch_size above 1 only. The preset fast has 1: a batch starts with the first message."
    }
    precondition {
      condition     = !contains(local.hub_names, "") && length(local.hub_names) <= 10 && length(distinct(local.hub_names)) == length(local.hub_names)
      error_message = "event_hub_name must name one to ten different hubs, with a comma between two."
    }
    precondition {
      condition     = length(local.broken_ids) == 0
      error_message = "${join(", ", local.broken_ids)} must be a whole resource id, from /subscriptions/ on."
    }
    precondition {
      condition     = local.create_namespace || (var.partition_count == 4 && var.retention_hours == 168 && var.max_throughput_units == 2 && var.event_hub_tier == "Standard" && !var.disable_event_hub_keys)
      error_message = "partition_count, retention_hours, max_throughput_units, event_hub_tier and disable_event_hub_keys are used with a new namespace only. existing_namespace_id has its own."
    }
    precondition {
      condition     = !local.create_namespace || var.event_hub_tier == "Standard" || var.max_throughput_units == 2
      error_message = "max_throughput_units is used with event_hub_tier=Standard only."
    }
    precondition {
      condition     = !local.create_namespace || var.event_hub_tier == "Premium" || var.partition_count * length(local.hub_names) >= var.max_throughput_units
      error_message = "partition_count is below max_throughput_units. Units without a partition are paid for nothing."
    }
    precondition {
      condition     = !var.zone_redundant || var.storage_sku == "Standard_ZRS"
      error_message = "zone_redundant needs storage_sku=Standard_ZRS."
    }
    precondition {
      condition     = (var.existing_app_subnet_id == "") == (var.existing_endpoints_subnet_id == "")
      error_message = "existing_app_subnet_id and existing_endpoints_subnet_id belong together."
    }
    precondition {
      condition     = var.private_network || !local.network_given
      error_message = "Subnets are used with private_network=true only."
    }
    precondition {
      condition     = var.private_network || var.private_dns_zones_group_id == ""
      error_message = "private_dns_zones_group_id is used with private_network=true only."
    }
    precondition {
      condition     = var.private_network || !var.site_private_endpoint
      error_message = "site_private_endpoint is used with private_network=true only."
    }
    precondition {
      condition     = var.network_address_space == "10.80.0.0/24" || (var.private_network && !local.network_given)
      error_message = "network_address_space is used with private_network=true and without subnets of your own only."
    }
    precondition {
      condition     = (var.encryption_key_uri == "") == (var.encryption_identity_id == "")
      error_message = "encryption_key_uri and encryption_identity_id belong together."
    }
    precondition {
      condition     = var.encryption_key_uri == "" || length(split("/", var.encryption_key_uri)) == 5
      error_message = "encryption_key_uri must be https://<vault>/keys/<name>, without a version: storage follows the newest one."
    }
    precondition {
      condition     = !var.encrypt_event_hub || (local.create_namespace && var.event_hub_tier == "Premium" && var.encryption_key_uri != "")
      error_message = "encrypt_event_hub needs a new namespace, event_hub_tier=Premium and encryption_key_uri. Azure takes no key of yours for hubs of the tier Standard."
    }
    precondition {
      condition     = var.close_site || length(var.site_allowed_addresses) == 0
      error_message = "site_allowed_addresses is used with close_site=true only."
    }
    precondition {
      condition     = var.existing_identity_id == "" || lower(var.existing_identity_id) != lower(var.existing_package_identity_id)
      error_message = "existing_package_identity_id must be another identity than existing_identity_id: the code must not be able to replace its package."
    }
  }
}
