import { expect, test } from "vitest";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import { readSettings } from "../../lib/app/settings.ts";

const linked = { ACTIONS: "link", ACTIONS_KEY: Buffer.alloc(32, 7).toString("base64"), ACTIONS_URL: "https://tunnelwatch.example.net" };
const signIn = { ...linked, ACTIONS: "entra", ACTIONS_TENANT: "3f6b1c52-8a7e-4d0f-9b35-5d2e7c1a4f60", ACTIONS_RESPONDERS: "Responder" };
const onAppService = { WEBSITE_HOSTNAME: "tunnelwatch.azurewebsites.net" };

/** The names of the settings that are wrong. */
function mistakes(environment: Readonly<Record<string, string>>): readonly string[] {
	const read = readSettings(environment);
	return read.ok ? [] : read.mistakes.map((mistake) => mistake.replace(/:.*/s, ""));
}

test("identities count only where App Service says that its sign-in is on", () => {
	expect(mistakes({ ...signIn, ...onAppService })).toEqual(["ACTIONS"]);
	expect(mistakes({ ...signIn, ...onAppService, WEBSITE_AUTH_ENABLED: "False" })).toEqual(["ACTIONS"]);
	expect(mistakes({ ...signIn, ...onAppService, WEBSITE_AUTH_ENABLED: "True" })).toEqual([]);
	expect(mistakes({ ...linked, ...onAppService })).toEqual([]);
	// At a desk, such as for `doctor`, nobody answers a request.
	expect(mistakes(signIn)).toEqual([]);
});

test("the app never takes identities where nothing says that a sign-in stands in front, on any host", () => {
	const settings = {
		...signIn,
		TABLE_ENDPOINT: "https://tunnelwatch.table.core.windows.net",
		EVENTHUB_NAME: "defender",
		TEAMS_WEBHOOK_URL: "https://x.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sig=b",
	};
	expect(() => createAzureApp(settings, "/nowhere")).toThrow(/WEBSITE_AUTH_ENABLED/);
	expect(() => createAzureApp({ ...settings, WEBSITE_AUTH_ENABLED: "True" }, "/nowhere")).not.toThrow();
	expect(() => createAzureApp({ ...settings, ACTIONS: "link" }, "/nowhere")).not.toThrow();
});

test("answers need a key and an address, a sign-in a tenant and people", () => {
	expect(mistakes({ ACTIONS: "link" })).toEqual(["ACTIONS_KEY", "ACTIONS_URL"]);
	expect(mistakes({ ACTIONS: "entra" })).toEqual(["ACTIONS_KEY", "ACTIONS_URL", "ACTIONS_TENANT", "ACTIONS_RESPONDERS"]);
	expect(mistakes({ ACTIONS: "off" })).toEqual([]);
});

test.each([
	["https://tunnelwatch.example.net", "https://tunnelwatch.example.net"],
	["https://tunnelwatch.example.net:443", "https://tunnelwatch.example.net"],
	["https://tunnelwatch.example.net:8443", "https://tunnelwatch.example.net:8443"],
	["http://127.0.0.1:7071", "http://127.0.0.1:7071"],
	["http://tunnelwatch.example.net", undefined],
	["https://tunnelwatch.example.net:99999", undefined],
	["https://tunnelwatch.example.net/path", undefined],
	["tunnelwatch", undefined],
])("ACTIONS_URL=%s is the origin that browsers send, or refused: %s", (ACTIONS_URL, origin) => {
	const read = readSettings({ ...linked, ACTIONS_URL });
	expect(read.ok ? read.settings.ACTIONS_URL : read.mistakes).toEqual(origin ?? ["ACTIONS_URL: write https:// and a host, without a path"]);
});
