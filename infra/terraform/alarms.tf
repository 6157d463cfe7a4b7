locals {
  own_group = var.alert_email != "" || nonsensitive(var.alert_webhook_url != "")
  paged     = concat(var.action_group_ids, local.own_group ? [azapi_resource.action_group[0].id] : [])

  growth = local.create_namespace && var.event_hub_tier == "Standard" ? [{
    name        = "throughput-units"
    description = "Four fifths of the throughput units that are allowed are in use. Raise max_throughput_units before the hub throttles."
    metric      = "IncomingBytes"
    operator    = "GreaterThan"
    threshold   = var.max_throughput_units * 720000000
    severity    = 3
    window      = "PT15M"
  }] : []
  hub_alarms  = { for alarm in concat(local.alarms.variables.hubAlarms, local.growth) : alarm.name => alarm }
  line_alarms = { for alarm in local.alarms.variables.lineAlarms : alarm.name => merge(alarm, { query = file("${path.module}/../queries/${alarm.name}.kql") }) }
}

resource "azapi_resource" "action_group" {
  count     = local.own_group ? 1 : 0
  type      = "Microsoft.Insights/actionGroups@2023-01-01"
  parent_id = var.resource_group_id
  name      = "${var.prefix}-alarms"
  location  = "global"
  tags      = var.tags
  body = {
    properties = {
      groupShortName = var.prefix
      enabled        = true
      emailReceivers = var.alert_email == "" ? [] : [{ name = "operator", emailAddress = var.alert_email, useCommonAlertSchema = true }]
    }
  }
  sensitive_body = {
    properties = {
      webhookReceivers = var.alert_webhook_url == "" ? [] : [{ name = "operator", serviceUri = var.alert_webhook_url, useCommonAlertSchema = true }]
    }
  }
}

resource "azapi_resource" "on_hub" {
  for_each  = local.hub_alarms
  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = var.resource_group_id
  name      = "${var.prefix}-${each.key}"
  location  = "global"
  tags      = var.tags
  body = {
    properties = {
      description         = "${each.value.description} ${var.runbook_url}#${each.key}"
      severity            = each.value.severity
      enabled             = true
      scopes              = [local.namespace_id]
      evaluationFrequency = "PT15M"
      windowSize          = each.value.window
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [{
          criterionType   = "StaticThresholdCriterion"
          name            = each.key
          metricNamespace = "Microsoft.EventHub/namespaces"
          metricName      = each.value.metric
          timeAggregation = "Total"
          operator        = each.value.operator
          threshold       = each.value.threshold
          dimensions      = each.value.metric == "IncomingBytes" ? [] : [{ name = "EntityName", operator = "Include", values = local.hub_names }]
        }]
      }
      actions = [for id in local.paged : { actionGroupId = id, webHookProperties = { runbook = "${var.runbook_url}#${each.key}" } }]
    }
  }
}

resource "azapi_resource" "on_lines" {
  for_each  = local.line_alarms
  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = var.resource_group_id
  name      = "${var.prefix}-${each.key}"
  location  = var.location
  tags      = var.tags
  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "${var.prefix}: ${each.key}"
      description         = "${each.value.description} ${var.runbook_url}#${each.key}"
      severity            = each.value.severity
      enabled             = true
      scopes              = [azapi_resource.insights.id]
      evaluationFrequency = each.value.frequency
      windowSize          = each.value.window
      autoMitigate        = true
      skipQueryValidation = true
      criteria = {
        allOf = [{
          criterionType   = "StaticThresholdCriterion"
          query           = each.value.query
          timeAggregation = "Count"
          operator        = each.value.operator
          threshold       = each.value.threshold
          dimensions      = [for name in each.value.splitBy : { name = name, operator = "Include", values = ["*"] }]
          failingPeriods  = { numberOfEvaluationPeriods = 1, minFailingPeriodsToAlert = 1 }
        }]
      }
      actions = { actionGroups = local.paged, customProperties = { runbook = "${var.runbook_url}#${each.key}" } }
    }
  }
}

resource "azapi_resource" "budget" {
  count     = var.budget_dollars > 0 ? 1 : 0
  type      = "Microsoft.Consumption/budgets@2026-06-01"
  parent_id = var.resource_group_id
  name      = local.name
  body = {
    properties = {
      category   = "Cost"
      amount     = var.budget_dollars
      timeGrain  = "Monthly"
      timePeriod = { startDate = "${var.budget_start_month}-01T00:00:00Z" }
      notifications = {
        nearlySpent = { enabled = true, operator = "GreaterThan", threshold = 80, thresholdType = "Actual", contactEmails = [], contactGroups = local.paged }
        willBeSpent = { enabled = true, operator = "GreaterThan", threshold = 110, thresholdType = "Forecasted", contactEmails = [], contactGroups = local.paged }
      }
    }
  }
}
