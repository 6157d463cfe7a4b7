// Tunnelwatch in one resource group: hub, app, storage, vault, telemetry, alarms. Identities only, no keys.
targetScope = 'resourceGroup'

@description('Region of everything. It must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Start of every name: lower-case letters and digits, a letter first.')
@minLength(2)
@maxLength(12)
param prefix string = 'tunnelwatch'

@description('Tags for every resource.')
param tags object = {}

@description('fast: one instance always ready, a notice within seconds. frugal: batches gathered for up to 30 seconds, the smallest bill.')
@allowed(['fast', 'frugal'])
param preset string = 'fast'

// ---- where notices go

@description('Where notices go. The secrets of a destination stay in the vault when their parameters are left empty later.')
param destinations ('teams' | 'webhook')[] = ['teams']

@description('Address of the Teams workflow. Whoever knows it can post, so it goes into the vault.')
@secure()
param teamsWebhookUrl string = ''

@description('Address of your own receiver.')
@secure()
param webhookUrl string = ''

@description('How your receiver knows that a message is ours: a Standard Webhooks signature, a header of yours, or both.')
@allowed(['signature', 'header', 'both'])
param webhookProof string = 'signature'

@description('Key of the signature: whsec_ and then 24 to 64 random bytes in base64.')
@secure()
param webhookSecret string = ''

@description('Header of your own, for example "Authorization: Bearer ...".')
@secure()
param webhookHeader string = ''

@description('Gets an e-mail for every alarm about Tunnelwatch itself; empty = alarms show in the portal only.')
param alertEmail string = ''

@description('Settings of the app to change from their defaults; the README lists them.')
@sealed()
type settingsType = {
  @description('Host suffixes of Teams workflows in other clouds.')
  TEAMS_HOST_SUFFIXES: string?
  @description('Form of the webhook body.')
  WEBHOOK_FORMAT: string?
  @description('Lets the webhook be an address inside your network.')
  WEBHOOK_ALLOW_PRIVATE: string?
  @description('Address of the Defender portal, for other clouds.')
  PORTAL_URL: string?
  @description('Rules to use: base, recommended, all, or ids.')
  RULES: string?
  @description('File in the package that lists the tunnels that are yours.')
  APPROVALS_FILE: string?
  @description('Hours a device stays quiet after a notice.')
  QUIET_HOURS: string?
  @description('Most days that the quiet time can grow to.')
  QUIET_MAX_DAYS: string?
  @description('Notices about new evidence on one device within one quiet time.')
  CHANGES_PER_PERIOD: string?
  @description('Tenants whose records are read.')
  TENANT_IDS: string?
  @description('true: also read what a device is; stream DeviceInfo and DeviceNetworkInfo too.')
  DEVICE_CONTEXT: string?
  @description('Destination that gets only what is urgent and another one has not taken for 10 minutes: teams or webhook.')
  FALLBACK: string?
  @description('Hour of the day, UTC, for a daily digest to chats.')
  DIGEST_HOUR_UTC: string?
}

@description('Settings of the app to change from their defaults, for example {"RULES": "all"}.')
param settings settingsType = {}

@description('Name of the table that keeps the findings.')
@minLength(3)
@maxLength(63)
param tableName string = 'tunnelwatch'

// ---- the hub

@description('Resource id of an Event Hubs namespace you already have; empty = create one.')
param existingNamespaceId string = ''

@description('Hub that Defender writes to. In a namespace of your own it must exist.')
param eventHubName string = 'defender'

@description('Consumer group of the app, used by nobody else.')
param consumerGroupName string = 'tunnelwatch'

@description('Partitions of a new hub. They cannot be changed later. Each throughput unit needs at least one.')
@minValue(1)
@maxValue(32)
param partitionCount int = 4

@description('Hours that a new hub keeps events: the time you have to repair anything without losing data.')
@minValue(1)
@maxValue(168)
param retentionHours int = 168

@description('A new namespace starts with 1 throughput unit and grows to this. It never shrinks by itself, and each costs money.')
@minValue(1)
@maxValue(40)
param maxThroughputUnits int = 2

@description('Refuses key sign-in on a new namespace. The export from Defender may need keys: try it once data flows.')
param disableEventHubKeys bool = false

// ---- the app. What is left empty is as the preset says.

@description('Version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of one instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int?

@description('Instances that never sleep.')
@minValue(0)
@maxValue(10)
param alwaysReadyInstances int?

@description('Most instances at once.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Most messages in a batch.')
@minValue(1)
@maxValue(64)
param maxEventBatchSize int?

@description('Messages to gather before a batch starts, never more than the most.')
@minValue(1)
@maxValue(64)
param minEventBatchSize int?

@description('Longest wait for a batch to fill, as hh:mm:ss.')
param maxWaitTime string?

// ---- where it stands

@description('Standard_LRS only where the region has no zones.')
@allowed(['Standard_ZRS', 'Standard_LRS'])
param storageSku string = 'Standard_ZRS'

@description('Puts storage, vault and the way to the hub into a private network. Costs about 30 dollars a month more.')
param privateNetwork bool = false

@description('Addresses of the private network, at least a /25.')
param networkAddressSpace string = '10.80.0.0/24'

var presets = {
  fast: { instanceMemoryMB: 512, alwaysReadyInstances: 1, minEventBatchSize: 1, maxEventBatchSize: 16, maxWaitTime: '00:00:30' }
  frugal: { instanceMemoryMB: 512, alwaysReadyInstances: 0, minEventBatchSize: 32, maxEventBatchSize: 32, maxWaitTime: '00:00:30' }
}

var suffix = uniqueString(resourceGroup().id)
var name = '${prefix}-${suffix}'
// Storage accounts and vaults: at most 24 characters, and no hyphen.
var shortName = take('${prefix}${suffix}', 24)
var packageContainer = 'app-package'

var createNamespace = empty(existingNamespaceId)
var namespaceName = createNamespace ? name : last(split(existingNamespaceId, '/'))
var namespaceId = createNamespace ? resourceId('Microsoft.EventHub/namespaces', name) : existingNamespaceId
var namespaceSubscription = createNamespace ? subscription().subscriptionId : split(existingNamespaceId, '/')[2]
var namespaceGroup = createNamespace ? resourceGroup().name : split(existingNamespaceId, '/')[4]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

module observability 'modules/observability.bicep' = {
  name: 'observability'
  params: {
    location: location
    tags: tags
    workspaceName: name
    insightsName: name
    principalId: identity.properties.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    tags: tags
    accountName: shortName
    sku: storageSku
    packageContainer: packageContainer
    tableName: tableName
    privateOnly: privateNetwork
    principalId: identity.properties.principalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    location: location
    tags: tags
    vaultName: shortName
    workspaceId: observability.outputs.workspaceId
    privateOnly: privateNetwork
    principalId: identity.properties.principalId
    teamsWebhookUrl: teamsWebhookUrl
    webhookUrl: webhookUrl
    webhookSecret: webhookSecret
    webhookHeader: webhookHeader
  }
}

module eventHub 'modules/event-hub.bicep' = if (createNamespace) {
  name: 'event-hub'
  params: {
    location: location
    tags: tags
    namespaceName: name
    hubName: eventHubName
    partitionCount: partitionCount
    retentionHours: retentionHours
    maxThroughputUnits: maxThroughputUnits
    disableKeys: disableEventHubKeys
    workspaceId: observability.outputs.workspaceId
  }
}

module hubAccess 'modules/hub-access.bicep' = {
  name: 'hub-access-${suffix}'
  scope: resourceGroup(namespaceSubscription, namespaceGroup)
  params: {
    namespaceName: namespaceName
    hubName: eventHubName
    consumerGroupName: consumerGroupName
    principalId: identity.properties.principalId
  }
  dependsOn: [eventHub]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    location: location
    tags: tags
    networkName: name
    addressSpace: networkAddressSpace
    storageId: storage.outputs.accountId
    vaultId: vault.outputs.vaultId
    namespaceId: namespaceId
  }
  dependsOn: [hubAccess]
}

// No version in the reference: a new secret is picked up without a deployment.
var secretPrefix = '@Microsoft.KeyVault(SecretUri=${vault.outputs.vaultUri}secrets/'
var teamsSettings = contains(destinations, 'teams') ? { TEAMS_WEBHOOK_URL: '${secretPrefix}teams-webhook-url/)' } : {}
var webhookSettings = contains(destinations, 'webhook') ? { WEBHOOK_URL: '${secretPrefix}webhook-url/)' } : {}
var signs = contains(destinations, 'webhook') && webhookProof != 'header'
var signatureSettings = signs ? { WEBHOOK_SECRET: '${secretPrefix}webhook-secret/)' } : {}
var sendsHeader = contains(destinations, 'webhook') && webhookProof != 'signature'
var headerSettings = sendsHeader ? { WEBHOOK_HEADER: '${secretPrefix}webhook-header/)' } : {}

var plainSettings = {
  AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
  AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
  EventHub__fullyQualifiedNamespace: '${namespaceName}.servicebus.windows.net'
  EVENTHUB_NAME: eventHubName
  EVENTHUB_CONSUMER_GROUP: consumerGroupName
  TABLE_ENDPOINT: storage.outputs.tableEndpoint
  TABLE_NAME: tableName
  // The preset, over what host.json says.
  AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize: string(minEventBatchSize ?? presets[preset].minEventBatchSize)
  AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize: string(maxEventBatchSize ?? presets[preset].maxEventBatchSize)
  AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime: maxWaitTime ?? presets[preset].maxWaitTime
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    location: location
    tags: tags
    appName: name
    planName: name
    identityName: identity.name
    insightsName: name
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB ?? presets[preset].instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances ?? presets[preset].alwaysReadyInstances
    packageContainerUrl: '${storage.outputs.blobEndpoint}${packageContainer}'
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    appSettings: union(settings, plainSettings, teamsSettings, webhookSettings, signatureSettings, headerSettings)
  }
  // Roles first: an app that starts without them logs refusals for minutes.
  dependsOn: [hubAccess, observability]
}

module alarms 'modules/alarms.bicep' = {
  name: 'alarms'
  params: {
    location: location
    tags: tags
    prefix: prefix
    alertEmail: alertEmail
    namespaceId: namespaceId
    hubName: eventHubName
    insightsId: observability.outputs.insightsId
  }
  dependsOn: [hubAccess]
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: tags
    insightsId: observability.outputs.insightsId
  }
}

@description('Paste this into the Streaming API page of Defender.')
output eventHubNamespaceId string = namespaceId
output eventHubName string = eventHubName
output functionAppName string = name
output vaultName string = shortName
output storageAccountName string = shortName
