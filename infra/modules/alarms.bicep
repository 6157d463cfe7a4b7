// Who watches the watcher. Metric alarms look at the hub, query alarms at the lines the code writes.
// Query alarms run every 15 minutes: at one minute each would cost as much as the app.

param location string
param tags object
param prefix string
@description('Gets an e-mail for every alarm; empty = alarms show in the portal only.')
param alertEmail string
param namespaceId string
param hubName string
param insightsId string

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-alarms'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take(prefix, 12)
    enabled: true
    emailReceivers: empty(alertEmail) ? [] : [{ name: 'operator', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

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
    description: 'The hub slows its clients down: it needs more throughput units.'
    metric: 'ThrottledRequests'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
    window: 'PT15M'
  }
  {
    name: 'hub-errors'
    description: 'The hub answers with errors of its own.'
    metric: 'ServerErrors'
    operator: 'GreaterThan'
    threshold: 0
    severity: 3
    window: 'PT15M'
  }
  {
    name: 'client-errors'
    description: 'Clients of the hub are refused, often because of a missing role.'
    metric: 'UserErrors'
    operator: 'GreaterThan'
    threshold: 10
    severity: 3
    window: 'PT15M'
  }
  {
    name: 'quota'
    description: 'A limit of the hub is reached.'
    metric: 'QuotaExceededErrors'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
    window: 'PT15M'
  }
]

resource onHub 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alarm in hubAlarms: {
  name: '${prefix}-${alarm.name}'
  location: 'global'
  tags: tags
  properties: {
    description: alarm.description
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
    actions: [{ actionGroupId: group.id }]
  }
}]

var lineAlarms = [
  {
    name: 'failed-runs'
    description: 'Runs fail or the code reports errors. A batch that cannot be stored is tried again without end.'
    query: loadTextContent('../queries/failed-runs.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'no-heartbeat'
    description: 'The minute timer is silent: the app is stopped, broken or cannot log.'
    query: loadTextContent('../queries/no-heartbeat.kql')
    operator: 'LessThan'
    threshold: 1
    severity: 1
  }
  {
    name: 'notice-waiting'
    description: 'A notice has been owed for more than ten minutes.'
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
    description: 'A notice was given up. A person must look.'
    query: loadTextContent('../queries/dead-notice.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'quarantine'
    description: 'A message could not be read. Its coordinates are kept.'
    query: loadTextContent('../queries/quarantine.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    name: 'old-events'
    description: 'Events are read more than 15 minutes late: the app is falling behind.'
    query: loadTextContent('../queries/old-events.kql')
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
]

resource onLines 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [for alarm in lineAlarms: {
  name: '${prefix}-${alarm.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}: ${alarm.name}'
    description: alarm.description
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
    actions: { actionGroups: [group.id] }
  }
}]
