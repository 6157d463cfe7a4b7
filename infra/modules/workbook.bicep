// "Is it working?" on one page, next to Application Insights.

param location string
param tags { *: string }
@description('Start of the names of the alarms.')
param prefix string
param insightsId string

var logs = { queryType: 0, resourceType: 'microsoft.insights/components' }
var resourceGraph = { queryType: 1, resourceType: 'microsoft.resourcegraph/resources' }

var alarmsFired = replace(loadTextContent('../queries/which-alarms-fired.kql'), '\'tunnelwatch\'', '\'${prefix}\'')

var questions = [
  { title: 'Is data coming?', query: loadTextContent('../queries/is-data-coming.kql'), shape: 'timechart', source: logs }
  { title: 'How late are we?', query: loadTextContent('../queries/how-late-are-we.kql'), shape: 'timechart', source: logs }
  { title: 'What was found?', query: loadTextContent('../queries/what-was-found.kql'), shape: 'timechart', source: logs }
  { title: 'Are notices sent?', query: loadTextContent('../queries/are-notices-sent.kql'), shape: 'table', source: logs }
  { title: 'Are destinations well?', query: loadTextContent('../queries/are-destinations-well.kql'), shape: 'timechart', source: logs }
  { title: 'Which alarms fired?', query: alarmsFired, shape: 'table', source: resourceGraph }
  { title: 'What went wrong?', query: loadTextContent('../queries/what-went-wrong.kql'), shape: 'table', source: logs }
]

var page = {
  version: 'Notebook/1.0'
  items: map(questions, question => {
    type: 3
    name: question.title
    content: {
      version: 'KqlItem/1.0'
      title: question.title
      query: question.query
      size: 0
      timeContext: { durationMs: 86400000 }
      queryType: question.source.queryType
      resourceType: question.source.resourceType
      visualization: question.shape
    }
  })
  fallbackResourceIds: [insightsId]
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'is-it-working')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Tunnelwatch: is it working?'
    category: 'workbook'
    sourceId: insightsId
    serializedData: string(page)
  }
}
