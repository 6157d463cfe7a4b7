variable "resource_group_id" {
  description = "Resource id of the resource group; it must exist."
  type        = string
}

variable "location" {
  description = "Region of everything. It must offer Flex Consumption."
  type        = string
}

variable "prefix" {
  description = "Start of every name: lower-case letters and digits, a letter first."
  type        = string
  default     = "tunnelwatch"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.prefix))
    error_message = "Write 2 to 12 lower-case letters and digits, a letter first."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
}

variable "preset" {
  description = "fast: one instance always ready. frugal: batches gathered for up to 30 seconds, the smallest bill."
  type        = string
  default     = "fast"
  validation {
    condition     = contains(["fast", "frugal"], var.preset)
    error_message = "Write fast or frugal."
  }
}

variable "destinations" {
  description = "Where notices go: teams, slack, webhook and pagerduty."
  type        = set(string)
  default     = ["teams"]
  validation {
    condition     = length(setsubtract(var.destinations, ["teams", "slack", "webhook", "pagerduty"])) == 0
    error_message = "Write teams, slack, webhook and pagerduty, whichever you have."
  }
}

variable "webhook_proof" {
  description = "How your receiver knows that a message is ours: signature, header, or both."
  type        = string
  default     = "signature"
  validation {
    condition     = contains(["signature", "header", "both"], var.webhook_proof)
    error_message = "Write signature, header or both."
  }
}

variable "secrets" {
  description = "Secrets of the destinations: teams-webhook-url, slack-webhook-url, pagerduty-routing-key, webhook-url, webhook-secret, webhook-header, and actions-key for answers. What is left out stays as the vault has it."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "further_vault_names" {
  description = "Settings of further addresses that hold a secret, such as TEAMS_WEBHOOK_URL_EMEA (docs/routes.md). The vault keeps this one as teams-webhook-url-emea; its value is given in secrets under that name."
  type        = set(string)
  default     = []
}

variable "further_settings" {
  description = "Other settings of further addresses, for example { TEAMS_FROM_EMEA = \"high\" }."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name, value in var.further_settings : !strcontains(value, "sig=") && !startswith(value, "whsec_")])
    error_message = "A value in further_settings looks like a secret. It belongs in secrets, and the name of its setting in further_vault_names."
  }
}

variable "answers" {
  description = "Answers from a message: off; link, where anyone with the link gives short answers under a name that is not verified; entra, where people sign in. Its key is the secret actions-key."
  type        = string
  default     = "off"
  validation {
    condition     = contains(["off", "link", "entra"], var.answers)
    error_message = "Write off, link or entra."
  }
}

variable "sign_in_client_id" {
  description = "Client id of the app registration that people sign in with; needed when answers is entra."
  type        = string
  default     = ""
}

variable "responders" {
  description = "Who may answer when answers is entra: object ids of groups, or app roles."
  type        = set(string)
  default     = []
}

variable "alert_email" {
  description = "Gets an e-mail for every alarm about Tunnelwatch itself."
  type        = string
  default     = ""
}

variable "alert_webhook_url" {
  description = "Address that gets every alarm in the common alert schema."
  type        = string
  default     = ""
  sensitive   = true
}

variable "action_group_ids" {
  description = "Resource ids of action groups that you already have; they are paged too."
  type        = list(string)
  default     = []
}

variable "alarms_in_portal_only" {
  description = "true = nobody is to be paged; alarms show in the portal only."
  type        = bool
  default     = false
}

variable "runbook_url" {
  description = "Page that documents the alarms; each alarm links to its own part of it."
  type        = string
  default     = "docs/alarms.md"
}

variable "budget_dollars" {
  description = "Dollars a month after which the same people are told about the cost; 0 = no budget."
  type        = number
  default     = 0
  validation {
    condition     = var.budget_dollars >= 0
    error_message = "Write 0 or more."
  }
}

variable "budget_start_month" {
  description = "First month of the budget, as 2026-12. Give the current one for a new budget, and leave it as it is afterwards: Azure refuses to change it."
  type        = string
  default     = ""
  validation {
    condition     = var.budget_start_month == "" || can(regex("^[0-9]{4}-[0-9]{2}$", var.budget_start_month))
    error_message = "Write the month as 2026-12."
  }
}

variable "settings" {
  description = "Settings of the app to change from their defaults, for example { RULES = \"all\" }."
  type        = map(string)
  default     = {}
}

variable "table_name" {
  description = "Name of the table that keeps the findings."
  type        = string
  default     = "tunnelwatch"
}

variable "approvals_in_storage" {
  description = "Reads the list of approvals from the blob app-config/approvals.json instead of from the package."
  type        = bool
  default     = false
}

variable "routes_in_storage" {
  description = "Reads the routes from the blob app-config/routes.json instead of from the package."
  type        = bool
  default     = false
}

variable "existing_namespace_id" {
  description = "Resource id of an Event Hubs namespace you already have; empty = create one."
  type        = string
  default     = ""
}

variable "event_hub_name" {
  description = "Hub that Defender writes to, or several separated by commas; each costs like the first. In a namespace of your own they must exist."
  type        = string
  default     = "defender"
}

variable "consumer_group_name" {
  description = "Consumer group of the app, used by nobody else."
  type        = string
  default     = "tunnelwatch"
}

variable "weekly_drill" {
  description = "Day and hour, UTC, of a drill that runs by itself each week, such as Tue 10; the app may then write to its hubs. Empty = none."
  type        = string
  default     = ""
}

variable "partition_count" {
  description = "Partitions of each new hub. They cannot be changed later."
  type        = number
  default     = 4
  validation {
    condition     = var.partition_count >= 1 && var.partition_count <= 32
    error_message = "Write a number from 1 to 32."
  }
}

variable "retention_hours" {
  description = "Hours that a new hub keeps events."
  type        = number
  default     = 168
  validation {
    condition     = var.retention_hours >= 1 && var.retention_hours <= 168
    error_message = "Write a number from 1 to 168."
  }
}

variable "max_throughput_units" {
  description = "A new namespace starts with 1 throughput unit and grows to this."
  type        = number
  default     = 2
  validation {
    condition     = var.max_throughput_units >= 1 && var.max_throughput_units <= 40
    error_message = "Write a number from 1 to 40."
  }
}

variable "event_hub_tier" {
  description = "Tier of a new namespace; it cannot be changed later. Premium has one processing unit, costs many times as much, and takes a key of your own."
  type        = string
  default     = "Standard"
  validation {
    condition     = contains(["Standard", "Premium"], var.event_hub_tier)
    error_message = "Write Standard or Premium."
  }
}

variable "encrypt_event_hub" {
  description = "Encrypts a new namespace of the tier Premium with the same key as storage."
  type        = bool
  default     = false
}

variable "disable_event_hub_keys" {
  description = "Refuses key sign-in on a new namespace. The export from Defender may need keys."
  type        = bool
  default     = false
}

variable "node_version" {
  description = "Version of Node.js."
  type        = string
  default     = "24"
  validation {
    condition     = contains(["22", "24"], var.node_version)
    error_message = "Write 22 or 24."
  }
}

variable "maximum_instance_count" {
  description = "Most instances at once."
  type        = number
  default     = 40
  validation {
    condition     = var.maximum_instance_count >= 40 && var.maximum_instance_count <= 1000
    error_message = "Write a number from 40 to 1000."
  }
}

variable "storage_sku" {
  description = "Standard_LRS only where the region has no zones."
  type        = string
  default     = "Standard_ZRS"
  validation {
    condition     = contains(["Standard_ZRS", "Standard_LRS"], var.storage_sku)
    error_message = "Write Standard_ZRS or Standard_LRS."
  }
}

variable "zone_redundant" {
  description = "Spreads the instances over the zones of the region."
  type        = bool
  default     = false
}

variable "lock_resources" {
  description = "Keeps storage, vault and a new namespace from being deleted by mistake."
  type        = bool
  default     = false
}

variable "package_url" {
  description = "Address of a released package; empty = the code is deployed afterwards."
  type        = string
  default     = ""
}

variable "package_sha256" {
  description = "SHA-256 of that package, from the release."
  type        = string
  default     = ""
}

variable "private_network" {
  description = "Puts storage, vault and the way to the hub into a private network."
  type        = bool
  default     = false
}

variable "network_address_space" {
  description = "Addresses of the private network, at least a /25."
  type        = string
  default     = "10.80.0.0/24"
}

variable "otlp_endpoint" {
  description = "Address of an OpenTelemetry collector (OTLP) that gets the telemetry too; empty = Application Insights only."
  type        = string
  default     = ""
}

variable "instance_memory_mb" {
  description = "Memory of one instance, in MB; 0 = as the preset."
  type        = number
  default     = 0
  validation {
    condition     = contains([0, 512, 2048, 4096], var.instance_memory_mb)
    error_message = "Write 0, 512, 2048 or 4096."
  }
}

variable "always_ready_instances" {
  description = "Instances that never sleep, for each hub; -1 = as the preset."
  type        = number
  default     = -1
  validation {
    condition     = var.always_ready_instances >= -1 && var.always_ready_instances <= 10
    error_message = "Write a number from -1 to 10."
  }
}

variable "max_event_batch_size" {
  description = "Most messages in a batch; 0 = as the preset."
  type        = number
  default     = 0
  validation {
    condition     = var.max_event_batch_size >= 0 && var.max_event_batch_size <= 64
    error_message = "Write a number from 0 to 64."
  }
}

variable "min_event_batch_size" {
  description = "Messages to gather before a batch starts, never more than the most; 0 = as the preset."
  type        = number
  default     = 0
  validation {
    condition     = var.min_event_batch_size >= 0 && var.min_event_batch_size <= 64
    error_message = "Write a number from 0 to 64."
  }
}

variable "max_wait_time" {
  description = "Longest wait for a batch to fill, as hh:mm:ss; empty = as the preset."
  type        = string
  default     = ""
}

variable "existing_app_subnet_id" {
  description = "Resource id of a subnet you already have for the app, delegated to Microsoft.App/environments; empty = create the network."
  type        = string
  default     = ""
}

variable "existing_endpoints_subnet_id" {
  description = "Resource id of a subnet you already have for the private endpoints; given together with existing_app_subnet_id."
  type        = string
  default     = ""
}

variable "private_dns_zones_group_id" {
  description = "Resource id of the resource group that holds your private DNS zones; empty = create zones here; none = a policy writes the names."
  type        = string
  default     = ""
}

variable "close_site" {
  description = "Refuses requests to health and to the deployment endpoint that do not come from site_allowed_addresses."
  type        = bool
  default     = false
}

variable "site_allowed_addresses" {
  description = "Addresses that may reach a closed site, as CIDR ranges; none = nobody from the internet."
  type        = list(string)
  default     = []
}

variable "site_private_endpoint" {
  description = "Gives the site a private endpoint in the private network. Off, because deployments to an app that has one are reported to time out."
  type        = bool
  default     = false
}

variable "existing_workspace_id" {
  description = "Resource id of a Log Analytics workspace you already have; empty = create one."
  type        = string
  default     = ""
}

variable "existing_identity_id" {
  description = "Resource id of a user-assigned identity for the code to run as; empty = create one."
  type        = string
  default     = ""
}

variable "existing_package_identity_id" {
  description = "Resource id of a user-assigned identity to keep the package with, another than the one above; empty = create one."
  type        = string
  default     = ""
}

variable "encryption_key_uri" {
  description = "Address of your own key for the encryption of storage, without its version; empty = a key of Microsoft."
  type        = string
  default     = ""
}

variable "encryption_identity_id" {
  description = "Resource id of the identity that may use that key; it needs Key Vault Crypto Service Encryption User."
  type        = string
  default     = ""
}
