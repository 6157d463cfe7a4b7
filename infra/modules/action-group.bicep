// Who is paged: an address, a receiver of your own, or both.

param tags { *: string }
param groupName string
@maxLength(12)
param shortName string
param email string
@secure()
param webhookUrl string

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: shortName
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
    webhookReceivers: empty(webhookUrl) ? [] : [{ name: 'operator', serviceUri: webhookUrl, useCommonAlertSchema: true }]
  }
}

output id string = group.id
