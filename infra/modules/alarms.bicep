// Who watches the watcher. Metric alarms look at the hub, query alarms at the lines the code writes.
// Query alarms run every 15 minutes: at one minute each would cost as much as the app.
// Every alarm is stateful: it pages once, and says once that it is over.

param location string
param tags { *: string }
param prefix string
@description('Action groups that page somebody, by resource id.')
param actionGroupIds string[]
@description('Page that documents the alarms; each alarm adds "#" and its own name.')
param runbookUrl string
param namespaceId string
param hubName string
@description('Most throughput units that the namespace grows to; 0 = a namespace of your own, whose limit is not known here.')
param maxThroughputUnits int
param insightsId string

var hubAlarms = [
  {
    name: 'export-silent'
    description: 'Nothing came from Defender for an hour. Check the Streaming API page in Defender and the hub.'
    metric: 'IncomingMessages'
    operator: 'LessThan'
    threshold: 1
    severity: 2
    window: 'PT1H'
  }
  {
    name: 'not-reading'
    description: 'The app read nothing for an hour. If data comes in, look at the failed runs of "detect".'
    metric: 'OutgoingMessages'
    operator: 'LessThan'
    threshold: 1
    severity: 1
    window: 'PT1H'
  }
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
    name: 'hub-errors'
    description: 'The hub answers with errors of its own. Look at the health of Event Hubs in the region.'
    metric: 'ServerErrors'
    operator: 'GreaterThan'
    threshold: 0
    severity: 3
    window: 'PT15M'
  }
  {
    name: 'client-errors'
    description: 'The hub refuses its clients. Check the role of the app on the hub.'
    metric: 'UserErrors'
    operator: 'GreaterThan'
    threshold: 10
    severity: 3
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
            dimensions: [{ name: 'EntityName', operator: 'Include', values: [hubName] }]
          }
        ]
      }
      // These are parameters, which the linter does not see through the function.
      #disable-next-line use-resource-id-functions
      actions: map(actionGroupIds, id => { actionGroupId: id, webHookProperties: { runbook: '${runbookUrl}#${alarm.name}' } })
    }
  }
]

var lineAlarms = [
  {
    name: 'failed-runs'
    description: 'Runs fail or the code reports errors. A batch that cannot be stored is retried until it can.'
    query: loadTextContent('../queries/failed-runs.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'no-heartbeat'
    description: 'The minute timer is silent. The app is stopped, broken or cannot log.'
    query: loadTextContent('../queries/no-heartbeat.kql')
    operator: 'LessThan'
    threshold: 1
    severity: 1
  }
  {
    name: 'notice-waiting'
    description: 'A notice has waited for more than ten minutes. Check its destination.'
    query: loadTextContent('../queries/notice-waiting.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'destination-down'
    description: 'A destination refuses everything. Check its flow and its address.'
    query: loadTextContent('../queries/destination-down.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'dead-notice'
    description: 'A notice has failed for good. List it with "tunnelwatch findings --dead" and requeue it once the destination is fixed.'
    query: loadTextContent('../queries/dead-notice.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'quarantine'
    description: 'A message could not be read. Its coordinates are kept, so it can be fetched from the hub again.'
    query: loadTextContent('../queries/quarantine.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    name: 'old-events'
    description: 'Events are read more than 15 minutes late. The app is falling behind.'
    query: loadTextContent('../queries/old-events.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
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
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
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
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroupIds, customProperties: { runbook: '${runbookUrl}#${alarm.name}' } }
    }
  }
]
