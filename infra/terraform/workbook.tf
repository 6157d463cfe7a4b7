locals {
  log_lines      = { queryType = 0, resourceType = "microsoft.insights/components" }
  resource_graph = { queryType = 1, resourceType = "microsoft.resourcegraph/resources" }
  questions = [
    { title = "Is data coming?", query = "is-data-coming", shape = "timechart", source = local.log_lines },
    { title = "How late are we?", query = "how-late-are-we", shape = "timechart", source = local.log_lines },
    { title = "What was found?", query = "what-was-found", shape = "timechart", source = local.log_lines },
    { title = "Are notices sent?", query = "are-notices-sent", shape = "table", source = local.log_lines },
    { title = "Are destinations well?", query = "are-destinations-well", shape = "timechart", source = local.log_lines },
    { title = "Which alarms fired?", query = "which-alarms-fired", shape = "table", source = local.resource_graph },
    { title = "What went wrong?", query = "what-went-wrong", shape = "table", source = local.log_lines },
  ]
}

resource "azapi_resource" "workbook" {
  type      = "Microsoft.Insights/workbooks@2023-06-01"
  parent_id = var.resource_group_id
  name      = uuidv5("url", "${var.resource_group_id}/is-it-working")
  location  = var.location
  tags      = var.tags
  body = {
    kind = "shared"
    properties = {
      displayName = "Tunnelwatch: is it working?"
      category    = "workbook"
      sourceId    = azapi_resource.insights.id
      serializedData = jsonencode({
        version = "Notebook/1.0"
        items = [for question in local.questions : {
          type = 3
          name = question.title
          content = {
            version       = "KqlItem/1.0"
            title         = question.title
            query         = replace(file("${path.module}/../queries/${question.query}.kql"), "'tunnelwatch'", "'${var.prefix}'")
            size          = 0
            timeContext   = { durationMs = 86400000 }
            queryType     = question.source.queryType
            resourceType  = question.source.resourceType
            visualization = question.shape
          }
        }]
        fallbackResourceIds = [azapi_resource.insights.id]
      })
    }
  }
}
