import { describe, expect, test } from "vitest";
import { configureDestinations, destinationKinds, notifySettings } from "../../lib/notify/index.ts";
import { portalSettings } from "../../lib/notify/portal-settings.ts";

const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

function configured(given: Readonly<Record<string, string>>, allowLoopback = false) {
	const { destinations, mistakes } = configureDestinations(given, { allowLoopback });
	return { names: destinations.map(({ name }) => name), mistakes };
}

test("without settings no destination is on, and nothing is wrong", () => {
	expect(configured({})).toEqual({ names: [], mistakes: [] });
});

test("every setting explains itself in a sentence", () => {
	for (const setting of Object.values(notifySettings)) expect(setting.description).toMatch(/^\S.{20,160}[.)]$/);
});

test("all destinations with an address are on", () => {
	const everything = Object.assign({}, ...destinationKinds.map(({ example }) => example));
	expect(configured(everything)).toEqual({ names: destinationKinds.map(({ name }) => name), mistakes: [] });
});

test("every wrong address is named with its setting and never shown", () => {
	const { names, mistakes } = configured({
		TEAMS_WEBHOOK_URL: "https://contoso.webhook.office.com/CANARY",
		WEBHOOK_URL: "http://hooks.example.com/CANARY",
	});
	expect(names).toEqual([]);
	expect(mistakes).toEqual([
		expect.stringMatching(/^TEAMS_WEBHOOK_URL: Office 365 connectors are retired/),
		"WEBHOOK_URL: the address must begin with https://",
	]);
	expect(mistakes.join()).not.toContain("CANARY");
});

describe("a wrong value is answered with what to write, and not repeated", () => {
	test.each([
		["TEAMS_HOST_SUFFIXES", "CANARY.example.us", /a dot first/],
		["TEAMS_MENTION", "CANARY", /kim@contoso\.example=Kim Lee/],
		["TEAMS_AUTH", "CANARY", /^TEAMS_AUTH: write url, identity, .* or identity-china$/],
		["WEBHOOK_SECRET", "CANARY", /whsec_/],
		["WEBHOOK_FORMAT", "CANARY", /write finding or ocsf/],
		["WEBHOOK_HEADER", "CANARY", /write Name: value/],
		["WEBHOOK_HEADER", "X: CANARY\r\nY: 1", /write Name: value/],
		["WEBHOOK_HEADER", "Webhook-Signature: CANARY", /are taken/],
		["WEBHOOK_HEADER", "content-length: CANARY", /are taken/],
		["WEBHOOK_ALLOW_PRIVATE", "CANARY", /write true or false/],
	])("%s", (name, value, message) => {
		const { mistakes } = configured({ [name]: value });
		expect(mistakes).toEqual([expect.stringMatching(message)]);
		expect(mistakes[0]).toMatch(new RegExp(`^${name}: `));
		expect(mistakes[0]).not.toContain("CANARY");
	});
});

test("a wrong value of a destination that is on switches it off: it must not work by half", () => {
	expect(configured({ WEBHOOK_URL: "https://hooks.example.com/", WEBHOOK_SECRET: "CANARY" })).toEqual({
		names: [],
		mistakes: [expect.stringMatching(/^WEBHOOK_SECRET: /)],
	});
});

test("right values are taken", () => {
	const given = {
		...Object.assign({}, ...destinationKinds.map(({ example }) => example)),
		TEAMS_HOST_SUFFIXES: ".api.example.us, .api.example.cn",
		TEAMS_MENTION: "kim@contoso.example=Kim Lee, ana@contoso.example=Ana",
		TEAMS_AUTH: "url",
		WEBHOOK_SECRET: `${secret} ${secret}`,
		WEBHOOK_FORMAT: "ocsf",
		WEBHOOK_HEADER: "Authorization: Bearer synthetic",
		WEBHOOK_ALLOW_PRIVATE: "true",
	};
	expect(configured(given).mistakes).toEqual([]);
});

test.each(["http://CANARY.example.com", "https://CANARY.example.com/path"])(
	"the portal's address is a host and nothing more: not %s",
	(value) => {
		expect(portalSettings.PORTAL_URL.safeParse(value).success).toBe(false);
		expect(portalSettings.PORTAL_URL.parse("https://security.example.us/")).toBe("https://security.example.us");
	},
);
