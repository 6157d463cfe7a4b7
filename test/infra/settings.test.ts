import { expect, test } from "vitest";
import { platformSettings, settingNames } from "../../lib/app/settings.ts";
import { destinationKinds, secretSettings } from "../../lib/notify/index.ts";
import { deploy } from "./evaluate.ts";
import { at, compiledTemplate, only, sorted, type Template } from "./template.ts";

/** Names of the platform itself: the identity, the host's storage and telemetry, overrides of host.json. */
const platform =
	/^(AzureWebJobsStorage__|EventHub__|AzureFunctionsJobHost__|APPLICATIONINSIGHTS_|OTEL_|AZURE_CLIENT_ID$|OVERRIDE_USE_MI_FIC_)/;

/** Everything that can be asked for, at once. */
const everything = {
	destinations: destinationKinds.map(({ name }) => name),
	webhookProof: "both",
	otlpEndpoint: "https://collector.example:4318",
	packageUrl: "https://example.com/tunnelwatch.zip",
	packageSha256: "00",
	approvalsInStorage: true,
	routesInStorage: true,
	weeklyDrill: "Tue 10",
	answers: "entra",
	signInClientId: "00000000-0000-4000-8000-000000000001",
	responders: ["Responder"],
};

/** Every setting the template can give the app: what it writes itself, and what the "settings" parameter takes. */
function namesIn(template: Template): string[] {
	const inside = deploy(template, everything).module("app");
	const written = inside.value(at(only(template, "Microsoft.Web/sites"), "properties.siteConfig.appSettings")) as { name: string }[];
	const offered = Object.keys(template.definitions?.["settingsType"]?.properties ?? {});
	return [...new Set([...written.map(({ name }) => name), ...offered])];
}

const ours = (names: readonly string[]) => sorted(names.filter((name) => !platform.test(name)));

test("the template can give the app every setting the code reads, and no other", () => {
	expect(ours(namesIn(compiledTemplate()))).toEqual(ours([...settingNames, ...Object.keys(platformSettings)]));
});

test("the platform's settings name the identity, the stores and the hub", () => {
	expect(sorted(namesIn(compiledTemplate()).filter((name) => platform.test(name)))).toEqual([
		"APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
		"APPLICATIONINSIGHTS_CONNECTION_STRING",
		"AZURE_CLIENT_ID",
		"AzureFunctionsJobHost__extensions__eventHubs__maxEventBatchSize",
		"AzureFunctionsJobHost__extensions__eventHubs__maxWaitTime",
		"AzureFunctionsJobHost__extensions__eventHubs__minEventBatchSize",
		"AzureFunctionsJobHost__telemetryMode",
		"AzureWebJobsStorage__blobServiceUri",
		"AzureWebJobsStorage__clientId",
		"AzureWebJobsStorage__credential",
		"AzureWebJobsStorage__tableServiceUri",
		"EventHub__clientId",
		"EventHub__credential",
		"EventHub__fullyQualifiedNamespace",
		"OTEL_EXPORTER_OTLP_ENDPOINT",
		"OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
	]);
});

test("a setting that the template lacks, or has under another name, is noticed", () => {
	const template = compiledTemplate();
	const properties = template.definitions?.["settingsType"]?.properties ?? {};
	delete properties["RULES"];
	properties["RULE_SET"] = {};

	expect(ours(namesIn(template))).not.toContain("RULES");
	expect(ours(namesIn(template))).toContain("RULE_SET");
});

test("secrets reach the app as references into the vault", () => {
	const text = JSON.stringify(compiledTemplate());

	for (const name of [...secretSettings, "ACTIONS_KEY"]) {
		expect(text).toMatch(new RegExp(`'${name}', format\\('\\{0\\}[a-z-]+/\\)', format\\('@Microsoft.KeyVault\\(SecretUri=`));
	}
});

test("a further address is a reference into the vault, under a name that a vault takes, and what is plain stays plain", () => {
	const given = {
		furtherVaultNames: ["TEAMS_WEBHOOK_URL_EMEA", "WEBHOOK_SECRET_LABS"],
		furtherSecretValues: { TEAMS_WEBHOOK_URL_EMEA: "canary" },
		furtherSettings: { TEAMS_FROM_EMEA: "high" },
	};
	const inside = deploy(compiledTemplate(), given).module("app");
	const list = inside.value(at(only(compiledTemplate(), "Microsoft.Web/sites"), "properties.siteConfig.appSettings")) as {
		name: string;
		value: string;
	}[];
	const values = new Map(list.map(({ name, value }) => [name, value]));
	expect(values.get("TEAMS_WEBHOOK_URL_EMEA")).toMatch(/^@Microsoft\.KeyVault\(SecretUri=.*secrets\/teams-webhook-url-emea\/\)$/);
	expect(values.get("WEBHOOK_SECRET_LABS")).toMatch(/secrets\/webhook-secret-labs\/\)$/);
	expect(values.get("TEAMS_FROM_EMEA")).toBe("high");
	expect(JSON.stringify(list)).not.toContain("canary");
});
