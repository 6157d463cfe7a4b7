// Tunnelwatch in one resource group: hub, app, storage, vault, telemetry, alarms. Identities only, no keys.
targetScope = 'resourceGroup'

@description('Region of everything. It must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Start of every name: lower-case letters and digits, a letter first.')
@minLength(2)
@maxLength(12)
param prefix string = 'tunnelwatch'

@description('Tags for every resource.')
param tags { *: string } = {}

@description('fast: one instance always ready, a notice within seconds. frugal: batches gathered for up to 30 seconds, the smallest bill.')
@allowed(['fast', 'frugal'])
param preset string = 'fast'

// ---- the code

@description('Address of a released package; the template then brings the code by itself. Empty = the code is deployed afterwards.')
param packageUrl string = ''

@description('SHA-256 of that package, from the release: 64 hexadecimal digits. The app reports when it runs anything else.')
param packageSha256 string = ''

// ---- where notices go

@description('Where notices go. The secrets of a destination stay in the vault when their parameters are left empty later.')
param destinations ('teams' | 'slack' | 'webhook' | 'pagerduty')[] = ['teams']

@description('Address of the Teams workflow. Whoever knows it can post, so it goes into the vault.')
@secure()
param teamsWebhookUrl string = ''

@description('Address of a Slack incoming webhook.')
@secure()
param slackWebhookUrl string = ''

@description('Integration key of a PagerDuty service (Events API v2).')
@secure()
param pagerdutyRoutingKey string = ''

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

@description('Settings of further addresses that hold a secret, such as TEAMS_WEBHOOK_URL_EMEA (docs/routes.md). The vault keeps this one as teams-webhook-url-emea.')
@maxLength(40)
param furtherVaultNames string[] = []

@description('Values of these secrets by the names of their settings, for example {"TEAMS_WEBHOOK_URL_EMEA": "https://..."}. What is left out stays as the vault has it.')
@secure()
param furtherSecretValues { *: string } = {}

@description('Other settings of further addresses, for example {"TEAMS_FROM_EMEA": "high"}.')
param furtherSettings { *: string } = {}

// ---- answers from a message

@description('Answers from a message: off; link, where anyone with the link gives short answers under a name that is not verified; entra, where people sign in.')
param answers ('off' | 'link' | 'entra') = 'off'

@description('Key that signs the links of answers: 32 random bytes in base64. It goes into the vault.')
@secure()
param answersKey string = ''

@description('Client id of the app registration that people sign in with; needed when answers is entra.')
param signInClientId string = ''

@description('Who may answer when answers is entra: object ids of groups, or app roles.')
param responders string[] = []

// ---- who is paged when Tunnelwatch itself is in trouble

@description('Gets an e-mail for every alarm about Tunnelwatch itself.')
param alertEmail string = ''

@description('Address that gets every alarm in the common alert schema, for example of a paging service.')
@secure()
param alertWebhookUrl string = ''

@description('Resource ids of action groups that you already have; they are paged too.')
param actionGroupIds string[] = []

@description('Without an address, a webhook or an action group the template is refused. true = nobody is to be paged; alarms show in the portal only.')
param alarmsInPortalOnly bool = false

@description('Page that documents the alarms; each alarm links to its own part of it.')
param runbookUrl string = 'docs/alarms.md'

@description('Dollars a month after which the same people are told about the cost; 0 = no budget.')
@minValue(0)
param budgetDollars int = 0

@description('First month of a new budget, as yyyy-MM. Leave it as it is: the resource group remembers it, because Azure refuses to change it.')
param budgetStart string = utcNow('yyyy-MM')

@description('Settings of the app to change from their defaults; the README lists them.')
@sealed()
type settingsType = {
  @description('Least severity that is sent to Teams; the rest stands in its digest.')
  TEAMS_FROM: string?
  @description('Least severity that is sent to Slack; the rest stands in its digest.')
  SLACK_FROM: string?
  @description('Least severity that is sent to the webhook.')
  WEBHOOK_FROM: string?
  @description('Least severity that is sent to PagerDuty.')
  PAGERDUTY_FROM: string?
  @description('File in the package that says which findings go where, or the address of a blob.')
  ROUTES_FILE: string?
  @description('Host suffixes of Teams workflows in other clouds.')
  TEAMS_HOST_SUFFIXES: string?
  @description('What the Teams flow expects: message or card.')
  TEAMS_BODY: string?
  @description('People that Teams mentions in what is urgent, such as kim@contoso.example=Kim Lee.')
  TEAMS_MENTION: string?
  @description('How to reach a Teams flow: url, or identity where only the tenant may trigger it.')
  TEAMS_AUTH: string?
  @description('Where PagerDuty events go, for an account in the EU.')
  PAGERDUTY_URL: string?
  @description('Form of the webhook body.')
  WEBHOOK_FORMAT: string?
  @description('Lets the webhook be an address inside your network.')
  WEBHOOK_ALLOW_PRIVATE: string?
  @description('Address of the Defender portal, for other clouds.')
  PORTAL_URL: string?
  @description('Rules to use: base, recommended, all, or ids.')
  RULES: string?
  @description('File in the package that lists the tunnels that are yours, or the address of a blob.')
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
  @description('Destination that gets only what is urgent and another one has not taken for 10 minutes, by its name.')
  FALLBACK: string?
  @description('Hour of the day, UTC, for a daily digest to chats.')
  DIGEST_HOUR_UTC: string?
  @description('Where people reach the app, for the links of answers, if it is not its own host name.')
  ACTIONS_URL: string?
}

@description('Settings of the app to change from their defaults, for example {"RULES": "all"}.')
param settings settingsType = {}

@description('Name of the table that keeps the findings.')
@minLength(3)
@maxLength(63)
param tableName string = 'tunnelwatch'

@description('Reads the list of approvals from the blob app-config/approvals.json instead of from the package, within a minute of each change.')
param approvalsInStorage bool = false

@description('Reads the routes from the blob app-config/routes.json instead of from the package, within a minute of each change.')
param routesInStorage bool = false

@description('Address of an OpenTelemetry collector (OTLP) that gets the telemetry too; empty = Application Insights only.')
param otlpEndpoint string = ''

// ---- the hub

@description('Resource id of an Event Hubs namespace you already have, in any resource group or subscription; empty = create one.')
param existingNamespaceId string = ''

@description('Needed once, to move to another namespace: the resource id of the one that is left. Events in it that were not read stay unread.')
param leaveNamespaceId string = ''

@description('Hub that Defender writes to, or several separated by commas; each costs like the first. In a namespace of your own they must exist.')
param eventHubName string = 'defender'

@description('Needed once, to stop reading hubs of the same namespace: their names, separated by commas. Events in them that were not read stay unread.')
param leaveHubNames string = ''

@description('Consumer group of the app, used by nobody else.')
param consumerGroupName string = 'tunnelwatch'

@description('Partitions of each new hub. They cannot be changed later. Each throughput unit needs at least one.')
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

@description('Tier of a new namespace; it cannot be changed later. Premium has one processing unit, costs many times as much, and takes a key of your own.')
@allowed(['Standard', 'Premium'])
param eventHubTier string = 'Standard'

@description('Refuses key sign-in on a new namespace, from the start where a policy demands it. The export from Defender may need keys: try it once data flows.')
param disableEventHubKeys bool = false

@description('Day and hour, UTC, of a drill that runs by itself each week, such as Tue 10; the app may then write to its hubs. Empty = none.')
param weeklyDrill string = ''

// ---- the app. Zero, minus one or nothing is as the preset says.

@description('Version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of one instance, in MB; 0 = as the preset.')
@allowed([0, 512, 2048, 4096])
param instanceMemoryMB int = 0

@description('Instances that never sleep, for each hub; -1 = as the preset.')
@minValue(-1)
@maxValue(10)
param alwaysReadyInstances int = -1

@description('Most instances at once.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Most messages in a batch; 0 = as the preset.')
@minValue(0)
@maxValue(64)
param maxEventBatchSize int = 0

@description('Messages to gather before a batch starts, never more than the most; 0 = as the preset.')
@minValue(0)
@maxValue(64)
param minEventBatchSize int = 0

@description('Longest wait for a batch to fill, as hh:mm:ss; empty = as the preset.')
param maxWaitTime string = ''

// ---- where it stands

@description('Standard_LRS only where the region has no zones.')
@allowed(['Standard_ZRS', 'Standard_LRS'])
param storageSku string = 'Standard_ZRS'

@description('Spreads the instances over the zones of the region. Storage is zone-redundant by storageSku, a new namespace by itself.')
param zoneRedundant bool = false

@description('Keeps storage, vault and a new namespace from being deleted by mistake.')
param lockResources bool = false

@description('Puts storage, vault and the way to the hub into a private network. Costs about 30 dollars a month more.')
param privateNetwork bool = false

@description('Addresses of a new private network, at least a /25.')
param networkAddressSpace string = '10.80.0.0/24'

@description('Resource id of a subnet you already have for the app, delegated to Microsoft.App/environments; empty = create the network.')
param existingAppSubnetId string = ''

@description('Resource id of a subnet you already have for the private endpoints; given together with existingAppSubnetId.')
param existingEndpointsSubnetId string = ''

@description('Resource id of the resource group that holds your private DNS zones; empty = create zones here; none = a policy writes the names.')
param privateDnsZonesGroupId string = ''

@description('Refuses requests to health and to the deployment endpoint that do not come from siteAllowedAddresses.')
param closeSite bool = false

@description('Addresses that may reach a closed site, as CIDR ranges; none = nobody from the internet.')
param siteAllowedAddresses string[] = []

@description('Gives the site a private endpoint in the private network, for health and deployments from inside. Off, because deployments to an app that has one are reported to time out.')
param sitePrivateEndpoint bool = false

@description('Resource id of a Log Analytics workspace you already have; empty = create one.')
param existingWorkspaceId string = ''

@description('Resource id of a user-assigned identity for the code to run as; empty = create one.')
param existingIdentityId string = ''

@description('Resource id of a user-assigned identity to keep the package with, another than the one above; empty = create one.')
param existingPackageIdentityId string = ''

@description('Address of your own key for the encryption of storage, without its version; empty = a key of Microsoft.')
param encryptionKeyUri string = ''

@description('Resource id of the identity that may use that key; it needs Key Vault Crypto Service Encryption User.')
param encryptionIdentityId string = ''

@description('Encrypts a new namespace of the tier Premium with the same key. Events of the other tier are encrypted with a key of Microsoft.')
param encryptEventHub bool = false

var presets = {
  fast: { instanceMemoryMB: 512, alwaysReadyInstances: 1, minEventBatchSize: 1, maxEventBatchSize: 16, maxWaitTime: '00:00:30' }
  frugal: { instanceMemoryMB: 512, alwaysReadyInstances: 0, minEventBatchSize: 32, maxEventBatchSize: 32, maxWaitTime: '00:00:30' }
}
var memoryMB = instanceMemoryMB == 0 ? presets[preset].instanceMemoryMB : instanceMemoryMB
var alwaysReady = alwaysReadyInstances == -1 ? presets[preset].alwaysReadyInstances : alwaysReadyInstances
var mostInBatch = maxEventBatchSize == 0 ? presets[preset].maxEventBatchSize : maxEventBatchSize
var fewestInBatch = minEventBatchSize == 0 ? presets[preset].minEventBatchSize : minEventBatchSize
var waitTime = empty(maxWaitTime) ? presets[preset].maxWaitTime : maxWaitTime

var suffix = uniqueString(resourceGroup().id)
var name = '${prefix}-${suffix}'

var createNamespace = empty(existingNamespaceId)
var namespaceName = createNamespace ? name : last(split(existingNamespaceId, '/'))
var namespaceId = createNamespace ? resourceId('Microsoft.EventHub/namespaces', name) : existingNamespaceId
var namespaceSubscription = createNamespace ? subscription().subscriptionId : split(existingNamespaceId, '/')[?2] ?? ''
var namespaceGroup = createNamespace ? resourceGroup().name : split(existingNamespaceId, '/')[?4] ?? ''

var hubNames = map(split(eventHubName, ','), hub => trim(hub))

// ---- what is refused, before anything is created

// The resource group remembers which namespace is read. Who deploys again without saying so must not end up at an empty hub.
var groupTags = resourceGroup().?tags ?? {}
var namespaceTag = '${prefix}-reads'
var namespaceBefore = groupTags[?namespaceTag] ?? ''
var leaves = !empty(namespaceBefore) && toLower(namespaceBefore) != toLower(namespaceId)
// A tag holds 256 characters, so what Defender's own names begin with is written as ~. A list that is longer even so is not remembered.
var exportPrefix = 'insights-logs-advancedhunting-'
var hubsTag = '${prefix}-hubs'
var hubList = join(hubNames, ',')
var hubsRemembered = replace(hubList, exportPrefix, '~')
var hubsBefore = filter(split(replace(toLower(groupTags[?hubsTag] ?? ''), '~', exportPrefix), ','), hub => !empty(hub))
var hubsLeft = leaves ? [] : filter(hubsBefore, hub => !contains(split(toLower(hubList), ','), hub))
var hubsToLeave = map(split(toLower(leaveHubNames), ','), hub => trim(hub))
var hubsForgotten = filter(hubsLeft, hub => !contains(hubsToLeave, hub))
// The month that a budget began with can never change, so later deployments give it again.
var budgetTag = '${prefix}-budget-from'
var budgetMonth = groupTags[?budgetTag] ?? budgetStart
var budgetMemory = budgetDollars > 0 ? { '${budgetTag}': budgetMonth } : {}
var pagesSomebody = !empty(alertEmail) || !empty(alertWebhookUrl) || !empty(actionGroupIds)
var networkGiven = !empty(existingAppSubnetId) || !empty(existingEndpointsSubnetId)

// What a setting of a further address can begin with: its label follows.
var secretBases = ['TEAMS_WEBHOOK_URL', 'SLACK_WEBHOOK_URL', 'PAGERDUTY_ROUTING_KEY', 'WEBHOOK_URL', 'WEBHOOK_SECRET', 'WEBHOOK_HEADER']
var plainBases = [
  'TEAMS_FROM'
  'TEAMS_HOST_SUFFIXES'
  'TEAMS_BODY'
  'TEAMS_MENTION'
  'TEAMS_AUTH'
  'SLACK_FROM'
  'WEBHOOK_FROM'
  'WEBHOOK_FORMAT'
  'WEBHOOK_ALLOW_PRIVATE'
  'PAGERDUTY_FROM'
  'PAGERDUTY_URL'
]
var furtherNames = map(items(furtherSettings), one => one.key)
var plainSecrets = filter(furtherNames, name => !empty(filter(secretBases, base => startsWith(name, '${base}_'))))
// The app reads names as they are written here, so capitals count.
var unknownSettings = filter(
  furtherNames,
  name => empty(filter(concat(plainBases, secretBases), base => take(name, length(base) + 1) == '${base}_'))
)
var unknownVaultNames = filter(furtherVaultNames, name => empty(filter(secretBases, base => take(name, length(base) + 1) == '${base}_')))

// A secret that nothing reads was given for a destination that somebody believes in.
var unusedSecrets = filter(
  [
    !empty(teamsWebhookUrl) && !contains(destinations, 'teams') ? 'teamsWebhookUrl' : ''
    !empty(slackWebhookUrl) && !contains(destinations, 'slack') ? 'slackWebhookUrl' : ''
    !empty(pagerdutyRoutingKey) && !contains(destinations, 'pagerduty') ? 'pagerdutyRoutingKey' : ''
    !empty(webhookUrl) && !contains(destinations, 'webhook') ? 'webhookUrl' : ''
    !empty(webhookSecret) && !signs ? 'webhookSecret' : ''
    !empty(webhookHeader) && !sendsHeader ? 'webhookHeader' : ''
    !empty(answersKey) && answers == 'off' ? 'answersKey' : ''
  ],
  name => !empty(name)
)

var brokenIds = map(
  filter(
    [
      { name: 'existingNamespaceId', id: existingNamespaceId, part: '/providers/microsoft.eventhub/namespaces/' }
      { name: 'existingAppSubnetId', id: existingAppSubnetId, part: '/subnets/' }
      { name: 'existingEndpointsSubnetId', id: existingEndpointsSubnetId, part: '/subnets/' }
      { name: 'privateDnsZonesGroupId', id: privateDnsZonesGroupId == 'none' ? '' : privateDnsZonesGroupId, part: '/resourcegroups/' }
      { name: 'existingWorkspaceId', id: existingWorkspaceId, part: '/providers/microsoft.operationalinsights/workspaces/' }
      { name: 'existingIdentityId', id: existingIdentityId, part: '/providers/microsoft.managedidentity/userassignedidentities/' }
      {
        name: 'existingPackageIdentityId'
        id: existingPackageIdentityId
        part: '/providers/microsoft.managedidentity/userassignedidentities/'
      }
      { name: 'encryptionIdentityId', id: encryptionIdentityId, part: '/providers/microsoft.managedidentity/userassignedidentities/' }
    ],
    one => !empty(one.id) && (!startsWith(one.id, '/subscriptions/') || !contains(toLower(one.id), one.part))
  ),
  one => one.name
)

var mistakes = filter(
  [
    leaves && toLower(leaveNamespaceId) != toLower(namespaceBefore)
      ? 'The app reads ${namespaceBefore} and these parameters would leave it. Give existingNamespaceId again, or leaveNamespaceId with that id.'
      : ''
    !empty(hubsForgotten)
      ? 'The app reads ${join(hubsForgotten, ', ')} too and these parameters would leave it. Give eventHubName with all its hubs again, or leaveHubNames.'
      : ''
    !pagesSomebody && !alarmsInPortalOnly
      ? 'Nobody would be paged when Tunnelwatch itself fails. Give alertEmail, alertWebhookUrl or actionGroupIds, or alarmsInPortalOnly=true.'
      : ''
    pagesSomebody && alarmsInPortalOnly
      ? 'alarmsInPortalOnly=true says that nobody is to be paged, but somebody is given who would be.'
      : ''
    empty(destinations) && empty(furtherVaultNames) ? 'Nobody would get a notice. Give destinations.' : ''
    !empty(unusedSecrets)
      ? 'Nothing would use ${join(unusedSecrets, ', ')}. Which secrets are used is said by destinations, webhookProof and answers.'
      : ''
    webhookProof != 'signature' && !contains(destinations, 'webhook') ? 'webhookProof is used with the destination webhook only.' : ''
    answers == 'entra' && (empty(signInClientId) || empty(responders)) ? 'answers=entra needs signInClientId and responders.' : ''
    answers != 'entra' && (!empty(signInClientId) || !empty(responders))
      ? 'signInClientId and responders are used with answers=entra only.'
      : ''
    (approvalsInStorage && !empty(settings.?APPROVALS_FILE ?? '')) || (routesInStorage && !empty(settings.?ROUTES_FILE ?? ''))
      ? 'approvalsInStorage and routesInStorage set APPROVALS_FILE and ROUTES_FILE. Take them out of settings.'
      : ''
    !empty(unknownSettings)
      ? '${join(unknownSettings, ', ')} in furtherSettings is not a setting of a further address, such as TEAMS_FROM_EMEA. The app would not read it.'
      : ''
    !empty(unknownVaultNames)
      ? '${join(unknownVaultNames, ', ')} in furtherVaultNames is not a secret of a further address, such as TEAMS_WEBHOOK_URL_EMEA. The app would not read it.'
      : ''
    !empty(filter(furtherNames, name => contains(furtherVaultNames, name)))
      ? 'A setting in furtherSettings is in furtherVaultNames too. A secret belongs in furtherSecretValues only.'
      : ''
    !empty(plainSecrets)
      ? 'A setting in furtherSettings holds a secret. Its name belongs in furtherVaultNames, and its value in furtherSecretValues.'
      : ''
    empty(packageUrl) != empty(packageSha256) ? 'packageUrl and packageSha256 belong together.' : ''
    !empty(packageSha256) && length(packageSha256) != 64 ? 'packageSha256 must have 64 hexadecimal digits.' : ''
    fewestInBatch > mostInBatch ? 'minEventBatchSize is above maxEventBatchSize. The host would not start.' : ''
    !empty(maxWaitTime) && length(split(maxWaitTime, ':')) != 3 ? 'maxWaitTime must be written as hh:mm:ss.' : ''
    !empty(maxWaitTime) && fewestInBatch < 2
      ? 'maxWaitTime is used with minEventBatchSize above 1 only. The preset fast has 1: a batch starts with the first message.'
      : ''
    contains(hubNames, '') || length(hubNames) > 10 || length(union(hubNames, [])) < length(hubNames) ? 'eventHubName must name one to ten different hubs, with a comma between two.' : ''
    !empty(brokenIds) ? '${join(brokenIds, ', ')} must be a whole resource id, from /subscriptions/ on.' : ''
    !createNamespace && (partitionCount != 4 || retentionHours != 168 || maxThroughputUnits != 2 || eventHubTier != 'Standard' || disableEventHubKeys)
      ? 'partitionCount, retentionHours, maxThroughputUnits, eventHubTier and disableEventHubKeys are used with a new namespace only. existingNamespaceId has its own.'
      : ''
    createNamespace && eventHubTier == 'Premium' && maxThroughputUnits != 2
      ? 'maxThroughputUnits is used with eventHubTier=Standard only.'
      : ''
    createNamespace && eventHubTier == 'Standard' && partitionCount * length(hubNames) < maxThroughputUnits
      ? 'partitionCount is below maxThroughputUnits. Units without a partition are paid for nothing.'
      : ''
    zoneRedundant && storageSku != 'Standard_ZRS' ? 'zoneRedundant needs storageSku=Standard_ZRS.' : ''
    empty(existingAppSubnetId) != empty(existingEndpointsSubnetId)
      ? 'existingAppSubnetId and existingEndpointsSubnetId belong together.'
      : ''
    networkGiven && !privateNetwork ? 'Subnets are used with privateNetwork=true only.' : ''
    !empty(privateDnsZonesGroupId) && !privateNetwork ? 'privateDnsZonesGroupId is used with privateNetwork=true only.' : ''
    sitePrivateEndpoint && !privateNetwork ? 'sitePrivateEndpoint is used with privateNetwork=true only.' : ''
    networkAddressSpace != '10.80.0.0/24' && (!privateNetwork || networkGiven)
      ? 'networkAddressSpace is used with privateNetwork=true and without subnets of your own only.'
      : ''
    empty(encryptionKeyUri) != empty(encryptionIdentityId) ? 'encryptionKeyUri and encryptionIdentityId belong together.' : ''
    !empty(encryptionKeyUri) && length(split(encryptionKeyUri, '/')) != 5
      ? 'encryptionKeyUri must be https://<vault>/keys/<name>, without a version: storage follows the newest one.'
      : ''
    encryptEventHub && (!createNamespace || eventHubTier != 'Premium' || empty(encryptionKeyUri))
      ? 'encryptEventHub needs a new namespace, eventHubTier=Premium and encryptionKeyUri. Azure takes no key of yours for hubs of the tier Standard.'
      : ''
    !empty(siteAllowedAddresses) && !closeSite ? 'siteAllowedAddresses is used with closeSite=true only.' : ''
    !empty(existingIdentityId) && toLower(existingIdentityId) == toLower(existingPackageIdentityId)
      ? 'existingPackageIdentityId must be another identity than existingIdentityId: the code must not be able to replace its package.'
      : ''
  ],
  mistake => !empty(mistake)
)

// Storage accounts and vaults: at most 24 characters, and no hyphen.
var shortName = take('${prefix}${suffix}', 24)

var packageContainer = 'app-package'
var configContainer = 'app-config'
var hostContainers = ['azure-webjobs-hosts', 'azure-webjobs-secrets', 'azure-webjobs-eventhub']

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    location: location
    tags: tags
    identityName: name
    existingId: existingIdentityId
  }
}

module packageIdentity 'modules/identity.bicep' = {
  name: 'package-identity'
  params: {
    location: location
    tags: tags
    identityName: '${name}-package'
    existingId: existingPackageIdentityId
  }
}

module observability 'modules/observability.bicep' = {
  name: 'observability'
  params: {
    location: location
    tags: tags
    workspaceName: name
    insightsName: name
    existingWorkspaceId: existingWorkspaceId
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
    configContainer: configContainer
    hostContainers: hostContainers
    tableName: tableName
    privateOnly: privateNetwork
    lock: lockResources
    encryptionKeyUri: encryptionKeyUri
    encryptionIdentityId: encryptionIdentityId
    workspaceId: observability.outputs.workspaceId
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
    lock: lockResources
    teamsWebhookUrl: teamsWebhookUrl
    slackWebhookUrl: slackWebhookUrl
    pagerdutyRoutingKey: pagerdutyRoutingKey
    webhookUrl: webhookUrl
    webhookSecret: webhookSecret
    webhookHeader: webhookHeader
    answersKey: answersKey
    furtherVaultNames: furtherVaultNames
    // Refused here and not with the mistakes above: a secret is handed to the vault and to nothing else.
    furtherSecretValues: union(
      furtherSecretValues,
      empty(filter(items(furtherSecretValues), one => !contains(furtherVaultNames, one.key)))
        ? {}
        : fail('A value in furtherSecretValues has a name that is not in furtherVaultNames. It would be kept nowhere.')
    )
  }
}

module eventHub 'modules/event-hub.bicep' = if (createNamespace) {
  name: 'event-hub'
  params: {
    location: location
    tags: tags
    namespaceName: name
    hubNames: hubNames
    partitionCount: partitionCount
    retentionHours: retentionHours
    tier: eventHubTier
    maxThroughputUnits: maxThroughputUnits
    encryptionKeyUri: encryptEventHub ? encryptionKeyUri : ''
    encryptionIdentityId: encryptEventHub ? encryptionIdentityId : ''
    disableKeys: disableEventHubKeys
    lock: lockResources
    workspaceId: observability.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    accountName: shortName
    hostContainers: hostContainers
    packageContainer: packageContainer
    configContainer: configContainer
    tableName: tableName
    vaultName: shortName
    insightsName: name
    // What-if cannot name the assignments of an identity that does not exist yet.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    #disable-next-line what-if-short-circuiting
    packagePrincipalId: packageIdentity.outputs.principalId
  }
  dependsOn: [storage, vault, observability]
}

module hubAccess 'modules/hub-access.bicep' = {
  // Names are read before anything is created, so this refuses the whole deployment.
  name: empty(mistakes) ? 'hub-access-${suffix}' : fail(join(mistakes, ' '))
  scope: resourceGroup(namespaceSubscription, namespaceGroup)
  params: {
    hub: {
      namespaceName: namespaceName
      names: hubNames
      consumerGroupName: consumerGroupName
    }
    sendsDrills: !empty(weeklyDrill)
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
  }
  dependsOn: [eventHub]
}

module network 'modules/network.bicep' = if (privateNetwork && !networkGiven) {
  name: 'network'
  params: {
    location: location
    tags: tags
    networkName: name
    addressSpace: networkAddressSpace
    reachesSites: sitePrivateEndpoint
  }
}

var storageSuffix = environment().suffixes.storage
var privateTargets = [
  { group: 'blob', type: 'Microsoft.Storage/storageAccounts', name: shortName, zone: 'privatelink.blob.${storageSuffix}' }
  { group: 'table', type: 'Microsoft.Storage/storageAccounts', name: shortName, zone: 'privatelink.table.${storageSuffix}' }
  {
    group: 'vault'
    type: 'Microsoft.KeyVault/vaults'
    name: shortName
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
  // Every cloud names its services alike: core.<cloud> for storage, servicebus.<cloud> for hubs.
  { group: 'namespace', type: '', name: '', zone: 'privatelink.${replace(storageSuffix, 'core.', 'servicebus.')}' }
]

// One at a time: two at once on one account or subnet disturb each other.
@batchSize(1)
module privateEndpoints 'modules/private-endpoint.bicep' = [
  for target in privateTargets: if (privateNetwork) {
    name: 'private-${target.group}'
    params: {
      location: location
      tags: tags
      endpointName: '${name}-${target.group}'
      targetId: target.group == 'namespace' ? namespaceId : resourceId(target.type, target.name)
      group: target.group
      subnetId: networkGiven ? existingEndpointsSubnetId : network!.outputs.endpointsSubnetId
      networkId: networkGiven ? split(existingEndpointsSubnetId, '/subnets/')[0] : resourceId('Microsoft.Network/virtualNetworks', name)
      zoneName: target.zone
      zonesGroupId: privateDnsZonesGroupId
    }
    dependsOn: [storage, vault, hubAccess]
  }
]

// Every cloud has its sites under a name of two parts, which the app's own name ends in.
module sitePrivateWay 'modules/private-endpoint.bicep' = if (sitePrivateEndpoint) {
  name: 'private-site'
  params: {
    location: location
    tags: tags
    endpointName: '${name}-sites'
    targetId: app.outputs.id
    group: 'sites'
    subnetId: networkGiven ? existingEndpointsSubnetId : network!.outputs.endpointsSubnetId
    networkId: networkGiven ? split(existingEndpointsSubnetId, '/subnets/')[0] : resourceId('Microsoft.Network/virtualNetworks', name)
    // What-if cannot name the zone before the app has its name.
    #disable-next-line what-if-short-circuiting
    zoneName: 'privatelink.${join(skip(split(app.outputs.hostName, '.'), length(split(app.outputs.hostName, '.')) - 2), '.')}'
    zonesGroupId: privateDnsZonesGroupId
  }
  // One at a time, as the others; and after the package, which would not get in any more.
  dependsOn: [privateEndpoints]
}

// No version in the reference: a new secret is picked up without a deployment.
var secretPrefix = '@Microsoft.KeyVault(SecretUri=${vault.outputs.vaultUri}secrets/'
var teamsSettings = contains(destinations, 'teams') ? { TEAMS_WEBHOOK_URL: '${secretPrefix}teams-webhook-url/)' } : {}
var slackSettings = contains(destinations, 'slack') ? { SLACK_WEBHOOK_URL: '${secretPrefix}slack-webhook-url/)' } : {}
var pagerdutySettings = contains(destinations, 'pagerduty') ? { PAGERDUTY_ROUTING_KEY: '${secretPrefix}pagerduty-routing-key/)' } : {}
var webhookSettings = contains(destinations, 'webhook') ? { WEBHOOK_URL: '${secretPrefix}webhook-url/)' } : {}
var signs = contains(destinations, 'webhook') && webhookProof != 'header'
var signatureSettings = signs ? { WEBHOOK_SECRET: '${secretPrefix}webhook-secret/)' } : {}
var sendsHeader = contains(destinations, 'webhook') && webhookProof != 'signature'
var headerSettings = sendsHeader ? { WEBHOOK_HEADER: '${secretPrefix}webhook-header/)' } : {}
// Key Vault knows no underscore in a name.
var furtherReferences = toObject(furtherVaultNames, name => name, name => '${secretPrefix}${toLower(replace(name, '_', '-'))}/)')
var answersSettings = answers == 'off' ? {} : { ACTIONS: answers, ACTIONS_KEY: '${secretPrefix}actions-key/)' }
var signInSettings = answers == 'entra' ? { ACTIONS_TENANT: tenant().tenantId, ACTIONS_RESPONDERS: join(responders, ',') } : {}
var otlpSettings = empty(otlpEndpoint)
  ? {}
  : { AzureFunctionsJobHost__telemetryMode: 'OpenTelemetry', OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }
var packageSettings = empty(packageSha256) ? {} : { PACKAGE_SHA256: toLower(packageSha256) }

var drillSettings = empty(weeklyDrill) ? {} : { WEEKLY_DRILL_UTC: weeklyDrill }

var routesSettings = routesInStorage ? { ROUTES_FILE: '${storage.outputs.blobEndpoint}${configContainer}/routes.json' } : {}

var approvalsSettings = approvalsInStorage ? { APPROVALS_FILE: '${storage.outputs.blobEndpoint}${configContainer}/approvals.json' } : {}

var plainSettings = {
  AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
  AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
  EventHub__fullyQualifiedNamespace: hubAccess.outputs.hostName
  EVENTHUB_NAME: join(hubNames, ',')
  EVENTHUB_CONSUMER_GROUP: consumerGroupName
  TABLE_ENDPOINT: storage.outputs.tableEndpoint
  TABLE_NAME: tableName
  // The preset, over what host.json says.
  AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize: string(fewestInBatch)
  AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize: string(mostInBatch)
  AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime: waitTime
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    location: location
    tags: tags
    appName: name
    planName: name
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    packageIdentityId: packageIdentity.outputs.id
    insightsName: name
    nodeVersion: nodeVersion
    instanceMemoryMB: memoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReady
    hubCount: length(hubNames)
    zoneRedundant: zoneRedundant
    packageContainerUrl: '${storage.outputs.blobEndpoint}${packageContainer}'
    packageUrl: packageUrl
    subnetId: !privateNetwork ? '' : networkGiven ? existingAppSubnetId : network!.outputs.appSubnetId
    closeSite: closeSite
    siteAllowedAddresses: siteAllowedAddresses
    signInClientId: answers == 'entra' ? signInClientId : ''
    appSettings: union(
      settings,
      furtherSettings,
      plainSettings,
      teamsSettings,
      slackSettings,
      pagerdutySettings,
      webhookSettings,
      signatureSettings,
      headerSettings,
      furtherReferences,
      answersSettings,
      signInSettings,
      approvalsSettings,
      routesSettings,
      drillSettings,
      otlpSettings,
      packageSettings
    )
  }
  // Roles and private ways first: an app that starts without them logs refusals for minutes.
  dependsOn: [roles, privateEndpoints]
}

module actionGroup 'modules/action-group.bicep' = if (!empty(alertEmail) || !empty(alertWebhookUrl)) {
  name: 'action-group'
  params: {
    tags: tags
    groupName: '${prefix}-alarms'
    shortName: prefix
    email: alertEmail
    webhookUrl: alertWebhookUrl
  }
}

var ownGroup = !empty(alertEmail) || !empty(alertWebhookUrl) ? [actionGroup!.outputs.id] : []
var pagedGroups = concat(actionGroupIds, ownGroup)

module alarms 'modules/alarms.bicep' = {
  name: 'alarms'
  params: {
    location: location
    tags: tags
    prefix: prefix
    actionGroupIds: pagedGroups
    runbookUrl: runbookUrl
    namespaceId: namespaceId
    hubNames: hubNames
    maxThroughputUnits: createNamespace && eventHubTier == 'Standard' ? maxThroughputUnits : 0
    insightsId: observability.outputs.insightsId
  }
  dependsOn: [hubAccess]
}

module budget 'modules/budget.bicep' = if (budgetDollars > 0) {
  name: 'budget'
  params: {
    budgetName: name
    dollarsAMonth: budgetDollars
    startMonth: budgetMonth
    actionGroupIds: pagedGroups
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: tags
    prefix: prefix
    insightsId: observability.outputs.insightsId
  }
}

// What the next deployment compares with. Written last: what failed halfway is not remembered.
resource memory 'Microsoft.Resources/tags@2025-04-01' = {
  name: 'default'
  properties: {
    tags: union(
      groupTags,
      budgetMemory,
      { '${namespaceTag}': namespaceId, '${hubsTag}': length(hubsRemembered) > 256 ? '' : hubsRemembered }
    )
  }
  dependsOn: [app, budget]
}

@description('Paste this into the Streaming API page of Defender.')
output eventHubNamespaceId string = namespaceId
output eventHubName string = eventHubName
output functionAppName string = name
output vaultName string = shortName
output storageAccountName string = shortName
