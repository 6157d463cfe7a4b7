interface Versions {
	/** Newest first. */
	readonly stable: readonly string[];
	readonly exempt?: { readonly version: string; readonly reason: string };
}

/** Stable API versions known in November 2026, of the types the template uses. */
export const apiVersions: Readonly<Record<string, Versions>> = {
	"Microsoft.Authorization/locks": { stable: ["2020-05-01"] },
	"Microsoft.Authorization/roleAssignments": { stable: ["2022-04-01"] },
	"Microsoft.Consumption/budgets": { stable: ["2026-06-01", "2024-08-01"] },
	"Microsoft.EventHub/namespaces": { stable: ["2026-01-01", "2024-01-01"] },
	"Microsoft.EventHub/namespaces/eventhubs": { stable: ["2026-01-01", "2024-01-01"] },
	"Microsoft.EventHub/namespaces/eventhubs/consumergroups": { stable: ["2026-01-01", "2024-01-01"] },
	"Microsoft.Insights/actionGroups": { stable: ["2023-01-01"] },
	"Microsoft.Insights/components": { stable: ["2020-02-02"] },
	"Microsoft.Insights/diagnosticSettings": {
		stable: [],
		exempt: { version: "2021-05-01-preview", reason: "the stable ones before it do not know categoryGroup" },
	},
	"Microsoft.Insights/metricAlerts": { stable: ["2026-01-01", "2018-03-01"] },
	"Microsoft.Insights/scheduledQueryRules": { stable: ["2026-03-01", "2023-12-01"] },
	"Microsoft.Insights/workbooks": { stable: ["2023-06-01"] },
	"Microsoft.KeyVault/vaults": { stable: ["2026-02-01", "2025-05-01"] },
	"Microsoft.KeyVault/vaults/secrets": { stable: ["2026-02-01", "2025-05-01"] },
	"Microsoft.ManagedIdentity/userAssignedIdentities": { stable: ["2024-11-30"] },
	"Microsoft.Network/networkSecurityGroups": { stable: ["2025-05-01"] },
	"Microsoft.Network/privateDnsZones": { stable: ["2024-06-01"] },
	"Microsoft.Network/privateDnsZones/virtualNetworkLinks": { stable: ["2024-06-01"] },
	"Microsoft.Network/privateEndpoints": { stable: ["2025-05-01"] },
	"Microsoft.Network/privateEndpoints/privateDnsZoneGroups": { stable: ["2025-05-01"] },
	"Microsoft.Network/virtualNetworks": { stable: ["2025-05-01"] },
	"Microsoft.Network/virtualNetworks/subnets": { stable: ["2025-05-01"] },
	"Microsoft.OperationalInsights/workspaces": { stable: ["2025-07-01", "2025-02-01"] },
	"Microsoft.Resources/tags": { stable: ["2025-04-01"] },
	"Microsoft.Storage/storageAccounts": { stable: ["2026-04-01", "2025-06-01"] },
	"Microsoft.Storage/storageAccounts/blobServices": { stable: ["2026-04-01", "2025-06-01"] },
	"Microsoft.Storage/storageAccounts/blobServices/containers": { stable: ["2026-04-01", "2025-06-01"] },
	"Microsoft.Storage/storageAccounts/tableServices": { stable: ["2026-04-01", "2025-06-01"] },
	"Microsoft.Storage/storageAccounts/tableServices/tables": { stable: ["2026-04-01", "2025-06-01"] },
	"Microsoft.Web/serverfarms": { stable: ["2025-03-01", "2024-11-01"] },
	"Microsoft.Web/sites": { stable: ["2025-03-01", "2024-11-01"] },
	"Microsoft.Web/sites/config": { stable: ["2025-03-01", "2024-11-01"] },
	"Microsoft.Web/sites/extensions": { stable: ["2025-03-01", "2024-11-01"] },
	"Microsoft.Web/sites/basicPublishingCredentialsPolicies": { stable: ["2025-03-01", "2024-11-01"] },
};

/** Last day of each line of Node.js. The guard fails when a version that can be chosen is over: take it out then. */
export const nodeEndOfLife: Readonly<Record<string, string>> = { "20": "2026-04-30", "22": "2027-04-30", "24": "2028-04-30" };
