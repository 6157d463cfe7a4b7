import { describe, expect, test } from "vitest";
import { destinationKinds, secretSettings } from "../../lib/notify/index.ts";
import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, sorted } from "./template.ts";

const template = compiledTemplate();

describe("what the template refuses before anything is created", () => {
	const reads = "/subscriptions/sub/resourceGroups/hubs/providers/Microsoft.EventHub/namespaces/corp-events";
	const key = "/subscriptions/sub/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/keys";
	const paged = { alertEmail: "soc@example.com" };
	/** The name is read first. It throws what the person would see. */
	const attempt = (given: Readonly<Record<string, unknown>>, tags: Readonly<Record<string, string>> = {}) =>
		deploy(template, given, tags).value(at(template, "resources.hubAccess.name"));

	test("nothing, when somebody is paged", () => {
		expect(attempt(paged)).toBe("hub-access-abcdefghijklm");
		expect(attempt({ alertWebhookUrl: "https://example.com/page" })).toBe("hub-access-abcdefghijklm");
		expect(attempt({ actionGroupIds: ["/subscriptions/sub/actionGroups/soc"] })).toBe("hub-access-abcdefghijklm");
		expect(attempt({ alarmsInPortalOnly: true })).toBe("hub-access-abcdefghijklm");
	});

	test("a second deployment that forgot who is paged", () => {
		expect(() => attempt({})).toThrow("Nobody would be paged when Tunnelwatch itself fails. Give alertEmail");
	});

	test("a further address that would stand in plain settings and in the vault", () => {
		const both = { furtherVaultNames: ["WEBHOOK_URL_A"], furtherSettings: { WEBHOOK_URL_A: "https://example.com" } };
		expect(() => attempt({ ...paged, ...both })).toThrow("A setting in furtherSettings is in furtherVaultNames too.");
		expect(attempt({ ...paged, ...both, furtherSettings: { WEBHOOK_FROM_A: "high" } })).toBe("hub-access-abcdefghijklm");
	});

	test.each(secretSettings)("%s of a further address in plain settings", (setting) => {
		const plain = { furtherSettings: { [`${setting}_A`]: "canary" } };
		expect(() => attempt({ ...paged, ...plain })).toThrow("A setting in furtherSettings holds a secret.");
		expect(() => attempt({ ...paged, ...plain })).not.toThrow("canary");
	});

	test("a secret value of a further address that nothing would keep", () => {
		const value = { furtherSecretValues: { TEAMS_WEBHOOK_URL_EMEA: "canary" } };
		const handed = (given: object) =>
			deploy(template, { ...paged, ...given }).value(at(template, "resources.vault.properties.parameters.furtherSecretValues.value"));
		const says = "A value in furtherSecretValues has a name that is not in furtherVaultNames. It would be kept nowhere.";
		expect(() => handed(value)).toThrow(says);
		expect(() => handed({ ...value, furtherVaultNames: ["TEAMS_WEBHOOK_URL_EMAE"] })).toThrow(says);
		expect(handed({ ...value, furtherVaultNames: ["TEAMS_WEBHOOK_URL_EMEA", "WEBHOOK_URL_A"] })).toEqual(value.furtherSecretValues);
		expect(handed({})).toEqual({});
	});

	test("a second deployment that forgot the namespace, and one that names another", () => {
		const tags = { "tunnelwatch-reads": reads };

		expect(() => attempt(paged, tags)).toThrow(`The app reads ${reads} and these parameters would leave it.`);
		expect(() => attempt({ ...paged, existingNamespaceId: `${reads}-2` }, tags)).toThrow("would leave it");
		expect(attempt({ ...paged, existingNamespaceId: reads }, tags)).toBe("hub-access-abcdefghijklm");
		expect(attempt({ ...paged, existingNamespaceId: reads.toUpperCase() }, tags)).toBe("hub-access-abcdefghijklm");
	});

	test("not a move that is said in so many words", () => {
		const tags = { "tunnelwatch-reads": reads };

		expect(attempt({ ...paged, leaveNamespaceId: reads }, tags)).toBe("hub-access-abcdefghijklm");
		expect(() => attempt({ ...paged, leaveNamespaceId: `${reads}-2` }, tags)).toThrow("would leave it");
	});

	test("a second deployment that forgot a hub of the namespace, but not one that adds a hub or says which it leaves", () => {
		const tags = { "tunnelwatch-reads": reads, "tunnelwatch-hubs": "Defender,deviceinfo" };
		const same = { ...paged, existingNamespaceId: reads };

		expect(() => attempt(same, tags)).toThrow("The app reads deviceinfo too and these parameters would leave it.");
		expect(() => attempt({ ...same, eventHubName: "other" }, tags)).toThrow("The app reads defender, deviceinfo too");
		expect(attempt({ ...same, eventHubName: "defender, DeviceInfo" }, tags)).toBe("hub-access-abcdefghijklm");
		expect(attempt({ ...same, eventHubName: "defender,deviceinfo,deviceevents" }, tags)).toBe("hub-access-abcdefghijklm");
		expect(attempt({ ...same, leaveHubNames: "DeviceInfo" }, tags)).toBe("hub-access-abcdefghijklm");
		expect(attempt({ ...paged, leaveNamespaceId: reads }, tags)).toBe("hub-access-abcdefghijklm");
	});

	test("a forgotten hub of an export that writes one for each table: the tag holds as many as can be read", () => {
		const tables = ["process", "network", "file", "registry", "imageload", "logon", "networkinfo", "filecertificate"];
		const hubs = [
			...tables.map((table) => `insights-logs-advancedhunting-device${table}events`),
			"defender",
			"insights-logs-advancedhunting-deviceinfo",
		];
		const all = { ...paged, existingNamespaceId: reads, eventHubName: hubs.join(",") };
		const tags = deploy(template, all, {}).value(at(template, "resources.memory.properties.tags")) as Record<string, string>;

		expect(hubs).toHaveLength(10);
		expect(tags).toMatchObject({ "tunnelwatch-hubs": expect.stringMatching(/^.{1,256}$/) });
		expect(attempt(all, tags)).toBe("hub-access-abcdefghijklm");
		expect(() => attempt({ ...all, eventHubName: hubs.slice(1).join(",") }, tags)).toThrow(
			"The app reads insights-logs-advancedhunting-deviceprocessevents too and these parameters would leave it.",
		);
		expect(attempt({ ...all, eventHubName: hubs.slice(1).join(","), leaveHubNames: hubs[0] }, tags)).toBe("hub-access-abcdefghijklm");
	});

	test("the namespace is remembered under the prefix, beside the tags that the group has", () => {
		const { value } = deploy(template, { ...paged, existingNamespaceId: reads }, { owner: "soc" });

		expect(value(at(template, "resources.memory.properties.tags"))).toEqual({
			owner: "soc",
			"tunnelwatch-reads": reads,
			"tunnelwatch-hubs": "defender",
		});
		expect(at(template, "resources.memory.dependsOn")).toContain("app");
	});

	test.each([
		[{ packageUrl: "https://example.com/tunnelwatch.zip" }, "packageUrl and packageSha256 belong together"],
		[{ packageUrl: "https://example.com/tunnelwatch.zip", packageSha256: "00" }, "packageSha256 must have 64 hexadecimal digits"],
		[{ alarmsInPortalOnly: true }, "somebody is given who would be"],
		[{ destinations: [] }, "Nobody would get a notice"],
		[{ slackWebhookUrl: "canary" }, "Nothing would use slackWebhookUrl."],
		[{ destinations: ["slack"], teamsWebhookUrl: "canary", pagerdutyRoutingKey: "canary" }, "use teamsWebhookUrl, pagerdutyRoutingKey."],
		[{ webhookUrl: "canary", webhookSecret: "canary", webhookHeader: "canary" }, "use webhookUrl, webhookSecret, webhookHeader."],
		[{ destinations: ["webhook"], webhookHeader: "canary" }, "use webhookHeader."],
		[{ destinations: ["webhook"], webhookProof: "header", webhookSecret: "canary" }, "use webhookSecret."],
		[{ answersKey: "canary" }, "use answersKey."],
		[{ webhookProof: "both" }, "webhookProof is used with the destination webhook only"],
		[{ answers: "entra", responders: ["Responder"] }, "answers=entra needs signInClientId and responders"],
		[{ answers: "entra", signInClientId: "00000000-0000-4000-8000-000000000001" }, "answers=entra needs signInClientId and responders"],
		[{ answers: "link", responders: ["Responder"] }, "used with answers=entra only"],
		[{ approvalsInStorage: true, settings: { APPROVALS_FILE: "mine.json" } }, "Take them out of settings"],
		[{ routesInStorage: true, settings: { ROUTES_FILE: "mine.json" } }, "Take them out of settings"],
		[{ furtherSettings: { TEAMS_FORM_EMEA: "high" } }, "TEAMS_FORM_EMEA in furtherSettings is not a setting of a further address"],
		[{ furtherSettings: { teams_from_emea: "high" } }, "teams_from_emea in furtherSettings is not"],
		[{ furtherVaultNames: ["TEAMS_WEBHOK_URL_EMEA"] }, "TEAMS_WEBHOK_URL_EMEA in furtherVaultNames is not a secret of a further address"],
		[{ preset: "frugal", maxWaitTime: "30s" }, "maxWaitTime must be written as hh:mm:ss"],
		[{ maxWaitTime: "00:00:10" }, "maxWaitTime is used with minEventBatchSize above 1 only"],
		[{ existingNamespaceId: "corp-events" }, "existingNamespaceId must be a whole resource id"],
		[{ existingIdentityId: "code", existingWorkspaceId: "logs" }, "existingWorkspaceId, existingIdentityId must be a whole resource id"],
		[{ privateNetwork: true, privateDnsZonesGroupId: "dns" }, "privateDnsZonesGroupId must be a whole resource id"],
		[{ existingNamespaceId: reads, partitionCount: 8 }, "existingNamespaceId has its own"],
		[{ existingNamespaceId: reads, eventHubTier: "Premium" }, "existingNamespaceId has its own"],
		[{ eventHubTier: "Premium", maxThroughputUnits: 4 }, "maxThroughputUnits is used with eventHubTier=Standard only"],
		[{ encryptEventHub: true, encryptionKeyUri: "https://example.com/keys/a", encryptionIdentityId: key }, "Azure takes no key of yours"],
		[
			{ encryptEventHub: true, eventHubTier: "Premium" },
			"encryptEventHub needs a new namespace, eventHubTier=Premium and encryptionKeyUri",
		],
		[{ existingNamespaceId: reads, disableEventHubKeys: true }, "existingNamespaceId has its own"],
		[{ privateDnsZonesGroupId: "none" }, "privateDnsZonesGroupId is used with privateNetwork=true only"],
		[{ sitePrivateEndpoint: true }, "sitePrivateEndpoint is used with privateNetwork=true only"],
		[{ networkAddressSpace: "10.1.0.0/24" }, "networkAddressSpace is used with privateNetwork=true"],
		[{ encryptionKeyUri: "https://example.com/keys/a/0123", encryptionIdentityId: key }, "without a version"],
		[{ minEventBatchSize: 64 }, "minEventBatchSize is above maxEventBatchSize"],
		[{ partitionCount: 1 }, "partitionCount is below maxThroughputUnits"],
		[{ eventHubName: "a,,b" }, "eventHubName must name one to ten different hubs"],
		[{ eventHubName: "a,b,a" }, "eventHubName must name one to ten different hubs"],
		[{ eventHubName: "a,b,c,d,e,f,g,h,i,j,k" }, "eventHubName must name one to ten different hubs"],
		[{ zoneRedundant: true, storageSku: "Standard_LRS" }, "zoneRedundant needs storageSku=Standard_ZRS"],
		[{ privateNetwork: true, existingAppSubnetId: "/subnet" }, "existingEndpointsSubnetId belong together"],
		[{ existingAppSubnetId: "/a", existingEndpointsSubnetId: "/b" }, "privateNetwork=true only"],
		[{ encryptionKeyUri: "https://example.com/keys/a" }, "encryptionIdentityId belong together"],
		[{ siteAllowedAddresses: ["192.0.2.0/24"] }, "closeSite=true only"],
		[{ existingIdentityId: "/one", existingPackageIdentityId: "/ONE" }, "must be another identity"],
	])("%o", (given, words) => {
		expect(() => attempt({ ...paged, ...given })).toThrow(words);
	});

	test("nothing that fits together", () => {
		const webhook = { destinations: ["webhook"], webhookProof: "both", webhookUrl: "u", webhookSecret: "s", webhookHeader: "h" };
		const answers = { answers: "entra", answersKey: "k", signInClientId: "c", responders: ["r"] };
		const further = { furtherVaultNames: ["WEBHOOK_URL_A"], furtherSettings: { TEAMS_FROM_EMEA: "high", WEBHOOK_FORMAT_A: "ocsf" } };
		const network = { privateNetwork: true, networkAddressSpace: "10.1.0.0/24", privateDnsZonesGroupId: "none" };
		const encryption = { encryptionKeyUri: "https://example.com/keys/a", encryptionIdentityId: key };
		const hub = { eventHubTier: "Premium", encryptEventHub: true };
		const batches = { preset: "frugal", maxWaitTime: "00:00:10" };

		expect(attempt({ ...paged, ...webhook, ...answers, ...further, ...network, ...encryption, ...hub, ...batches })).toBe(
			"hub-access-abcdefghijklm",
		);
		expect(attempt({ ...paged, destinations: [], furtherVaultNames: ["WEBHOOK_URL_A"] })).toBe("hub-access-abcdefghijklm");
	});

	test("a setting of a further address that the app would read is taken, and no other", () => {
		const all = destinationKinds.flatMap(({ settings }) => Object.keys(settings));
		const list = (name: string) => deploy(template, {}).value(`[variables('${name}')]`) as string[];

		expect(sorted(list("secretBases"))).toEqual(sorted(secretSettings));
		expect(sorted(list("plainBases"))).toEqual(sorted(all.filter((name) => !secretSettings.includes(name))));
	});

	test("not units that have their partitions in several hubs", () => {
		expect(attempt({ ...paged, partitionCount: 1, eventHubName: "a,b" })).toBe("hub-access-abcdefghijklm");
	});

	test("all that is wrong at once, so that one attempt is enough", () => {
		expect(() => attempt({ minEventBatchSize: 64 })).toThrow(/Nobody would be paged.+minEventBatchSize is above/);
	});
});
