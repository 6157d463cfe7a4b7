// A word before the bill is a surprise. Costs are known hours later, so this is no brake.

param budgetName string
param dollarsAMonth int
param startMonth string
param actionGroupIds string[]

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: budgetName
  properties: {
    category: 'Cost'
    amount: dollarsAMonth
    timeGrain: 'Monthly'
    timePeriod: { startDate: '${startMonth}-01T00:00:00Z' }
    notifications: {
      nearlySpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: []
        contactGroups: actionGroupIds
      }
      willBeSpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 110
        thresholdType: 'Forecasted'
        contactEmails: []
        contactGroups: actionGroupIds
      }
    }
  }
}
