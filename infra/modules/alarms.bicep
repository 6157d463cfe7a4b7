// Who watches the watcher. Metric alarms look at the hub, query alarms at the lines the code writes.
// Query alarms run every 5 or 15 minutes: at one minute each would cost as much as the app.
// Every alarm is stateful: it pages once, and says once that it is over.

param location string
param tags { *: string }
param prefix string
@description('Action groups that page somebody, by resource id.')
param actionGroupIds string[]
@description('Page that documents the alarms; each alarm adds "#" and its own name.')
param runbookUrl string
param namespaceId string
param hubNames string[]
@description('Most throughput units that the namespace grows to; 0 = a namespace of your own, whose limit is not known here.')
param maxThroughputUnits int
param insightsId string

// What the code cannot see. Everything else that goes wrong is a code in the line of each minute.
var hubAlarms = [
  {
    name: 'throttled'
    description: 'The hub slows its clients down. It needs more throughput units.'
    metric: 'ThrottledRequests'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
    window: 'PT15M'
  }
  {
    name: 'quota'
    description: 'A limit of the hub is reached. Look at its metrics for the limit that is hit.'
    metric: 'QuotaExceededErrors'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
    window: 'PT15M'
  }
]

// Four fifths of what all units take in 15 minutes, at 1 MB a second and unit.
var growthAlarms = maxThroughputUnits == 0
  ? []
  : [
      {
        name: 'throughput-units'
        description: 'Four fifths of the throughput units that are allowed are in use. Raise maxThroughputUnits before the hub throttles.'
        metric: 'IncomingBytes'
        operator: 'GreaterThan'
        threshold: maxThroughputUnits * 720000000
        severity: 3
        window: 'PT15M'
      }
    ]
var everyHub = { name: 'EntityName', operator: 'Include', values: hubNames }

resource onHub 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alarm in concat(hubAlarms, growthAlarms): {
    name: '${prefix}-${alarm.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alarm.description} ${runbookUrl}#${alarm.name}'
      severity: alarm.severity
      enabled: true
      scopes: [namespaceId]
      evaluationFrequency: 'PT15M'
      windowSize: alarm.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alarm.name
            metricNamespace: 'Microsoft.EventHub/namespaces'
            metricName: alarm.metric
            timeAggregation: 'Total'
            operator: alarm.operator
            threshold: alarm.threshold
            // Each hub has limits of its own; units belong to the namespace, so what all hubs take counts together.
            dimensions: alarm.metric == 'IncomingBytes' ? [] : [everyHub]
          }
        ]
      }
      // These are parameters, which the linter does not see through the function.
      #disable-next-line use-resource-id-functions
      actions: map(actionGroupIds, id => { actionGroupId: id, webHookProperties: { runbook: '${runbookUrl}#${alarm.name}' } })
    }
  }
]

// One rule for everything that the code knows to be wrong: it fires, stands and resolves for each code by itself.
var lineAlarms = [
  {
    name: 'problem'
    description: 'The app names what is wrong in the dimension "code". The page says what each code means and what to do.'
    query: loadTextContent('../queries/problem.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
    frequency: 'PT5M'
    window: 'PT10M'
    splitBy: ['code']
  }
  {
    name: 'no-heartbeat'
    description: 'The minute timer is silent. The app is stopped, broken or cannot log.'
    query: loadTextContent('../queries/no-heartbeat.kql')
    operator: 'LessThan'
    threshold: 1
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    splitBy: []
  }
]

resource onLines 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alarm in lineAlarms: {
    name: '${prefix}-${alarm.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${prefix}: ${alarm.name}'
      description: '${alarm.description} ${runbookUrl}#${alarm.name}'
      severity: alarm.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: alarm.frequency
      windowSize: alarm.window
      autoMitigate: true
      // The tables do not exist before the first line is written.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            query: alarm.query
            timeAggregation: 'Count'
            operator: alarm.operator
            threshold: alarm.threshold
            dimensions: map(alarm.splitBy, name => { name: name, operator: 'Include', values: ['*'] })
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroupIds, customProperties: { runbook: '${runbookUrl}#${alarm.name}' } }
    }
  }
]
