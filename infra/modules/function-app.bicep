// The app on Flex Consumption: one plan, one app, no keys. The code runs as one identity, the platform keeps the package with another.

param location string
param tags { *: string }
param appName string
param planName string
@description('Resource id of the identity that the code runs as.')
param identityId string
@description('Client id of the same identity.')
param clientId string
@description('Resource id of the identity that stores and fetches the package.')
param packageIdentityId string
param insightsName string
param nodeVersion string
param instanceMemoryMB int
param maximumInstanceCount int
@description('Instances that never sleep, for each trigger of a hub.')
param alwaysReadyInstances int
@description('The app has a trigger for each hub: detect, detect-2 and so on.')
param hubCount int
@description('Spreads instances over the zones of the region.')
param zoneRedundant bool
@description('Container that holds the package, as a full address.')
param packageContainerUrl string
@description('Address of a released package that the platform fetches, without signing in; empty = it is deployed afterwards.')
param packageUrl string
@description('Subnet for outgoing connections; empty = no private network.')
param subnetId string
@description('Refuses what does not come from the listed addresses; with none listed, everything from the internet.')
param closeSite bool
param siteAllowedAddresses string[]
@description('App registration that people sign in with; empty = nobody signs in.')
param signInClientId string
@description('Every setting but those of the platform that name the identity and the telemetry, which are added here.')
param appSettings { *: string }

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

var signInSettings = empty(signInClientId) ? {} : { OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: clientId }

var identitySettings = {
  // Which of the app's identities the host's storage, the trigger, the telemetry and the code use.
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  EventHub__credential: 'managedidentity'
  EventHub__clientId: clientId
  AZURE_CLIENT_ID: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  // azd finds the app by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: union({ '${identityId}': {} }, { '${packageIdentityId}': {} })
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: closeSite && empty(siteAllowedAddresses) ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: packageIdentityId
          }
        }
      }
      runtime: { name: 'node', version: nodeVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: map(range(1, alwaysReadyInstances > 0 ? hubCount : 0), i => {
          name: i == 1 ? 'function:detect' : 'function:detect-${i}'
          instanceCount: alwaysReadyInstances
        })
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ipSecurityRestrictionsDefaultAction: closeSite ? 'Deny' : 'Allow'
      ipSecurityRestrictions: map(range(0, length(siteAllowedAddresses)), i => {
        name: 'listed-${i + 1}'
        action: 'Allow'
        priority: 100 + i
        ipAddress: siteAllowedAddresses[i]
      })
      // Deployments come the same way as everything else.
      scmIpSecurityRestrictionsUseMain: true
      appSettings: map(items(union(appSettings, identitySettings, signInSettings)), setting => { name: setting.key, value: setting.value })
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

// Who is signed in is looked at by the code: health keeps its function key, and a link without a sign-in leads to the sign-in page.
resource signIn 'Microsoft.Web/sites/config@2025-03-01' = if (!empty(signInClientId)) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          clientId: signInClientId
          // No client secret: the identity of the app vouches for it.
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
        }
        validation: { allowedAudiences: [signInClientId, 'api://${signInClientId}'] }
      }
    }
    login: {
      tokenStore: { enabled: false }
      cookieExpiration: { convention: 'FixedTime', timeToExpiration: '08:00:00' }
      nonce: { validateNonce: true }
    }
  }
}

// The platform fetches the package and stores it in the container, where each new instance gets it.
resource code 'Microsoft.Web/sites/extensions@2025-03-01' = if (!empty(packageUrl)) {
  parent: app
  name: 'onedeploy'
  // Documented for Flex Consumption; the published type does not have it.
  #disable-next-line BCP187
  properties: {
    packageUri: packageUrl
    remoteBuild: false
  }
  dependsOn: [app::ftp, app::scm]
}

output id string = app.id
output hostName string = app.properties.defaultHostName
