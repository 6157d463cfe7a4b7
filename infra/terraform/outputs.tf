output "event_hub_namespace_id" {
  description = "Paste this into the Streaming API page of Defender."
  value       = local.namespace_id
}

output "event_hub_name" {
  value = var.event_hub_name
}

output "function_app_name" {
  value = azapi_resource.app.name
}

output "vault_name" {
  value = azapi_resource.vault.name
}

output "storage_account_name" {
  value = azapi_resource.account.name
}
