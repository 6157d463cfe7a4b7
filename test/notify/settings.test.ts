import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createDestinations, notifySettings } from "../../lib/notify/index.ts";
import { at } from "../builders.ts";

const schema = z.object(notifySettings);
const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

function destinations(environment: Readonly<Record<string, string>>, allowLoopback = false) {
	return createDestinations(schema.parse(environment), {
		post: () => Promise.reject(new Error("nothing is sent while settings are read")),
		clock: () => at("21T19:36:12"),
		rules: () => undefined,
		allowLoopback,
	});
}

test("without settings no destination is on, and nothing is wrong", () => {
	expect(destinations({})).toEqual({ destinations: [], mistakes: [], warnings: [] });
});

test("every setting explains itself in a sentence", () => {
	for (const setting of Object.values(notifySettings)) expect(setting.description).toMatch(/^\S.{20,160}[.)]$/);
});

test("all destinations with an address are on", () => {
	const { destinations: on } = destinations({ TEAMS_WEBHOOK_URL: "http://127.0.0.1:1/x", WEBHOOK_URL: "http://127.0.0.1:1/y" }, true);
	expect(on.map(({ name }) => name)).toEqual(["teams", "webhook"]);
});

test("every wrong address is named with its setting and never shown", () => {
	const { destinations: on, mistakes } = destinations({
		TEAMS_WEBHOOK_URL: "https://contoso.webhook.office.com/CANARY",
		WEBHOOK_URL: "http://hooks.example.com/CANARY",
	});
	expect(on).toEqual([]);
	expect(mistakes).toEqual([
		expect.stringMatching(/^TEAMS_WEBHOOK_URL: Office 365 connectors are retired/),
		"WEBHOOK_URL: the address must begin with https://",
	]);
	expect(mistakes.join()).not.toContain("CANARY");
});

describe("a wrong value is answered with what to write, and not repeated", () => {
	test.each([
		["TEAMS_HOST_SUFFIXES", "CANARY.example.us", /a dot first/],
		["WEBHOOK_SECRET", "CANARY", /whsec_/],
		["WEBHOOK_FORMAT", "CANARY", /write finding or ocsf/],
		["WEBHOOK_HEADER", "CANARY", /write Name: value/],
		["WEBHOOK_HEADER", "X: CANARY\r\nY: 1", /write Name: value/],
		["WEBHOOK_HEADER", "Webhook-Signature: CANARY", /are taken/],
		["WEBHOOK_HEADER", "content-length: CANARY", /are taken/],
		["WEBHOOK_ALLOW_PRIVATE", "CANARY", /write true or false/],
		["PORTAL_URL", "http://CANARY.example.com", /write https/],
		["PORTAL_URL", "https://CANARY.example.com/path", /write https/],
	])("%s", (name, value, message) => {
		const { error } = schema.safeParse({ [name]: value });
		expect(error?.issues[0]?.message).toMatch(message);
		expect(error?.issues[0]?.message).not.toContain("CANARY");
	});
});

test("right values are taken", () => {
	expect(
		schema.parse({
			TEAMS_HOST_SUFFIXES: ".api.example.us, .api.example.cn",
			WEBHOOK_SECRET: `${secret} ${secret}`,
			WEBHOOK_FORMAT: "ocsf",
			WEBHOOK_HEADER: "Authorization: Bearer synthetic",
			WEBHOOK_ALLOW_PRIVATE: "true",
			PORTAL_URL: "https://security.example.us/",
		}),
	).toMatchObject({
		TEAMS_HOST_SUFFIXES: [".api.example.us", ".api.example.cn"],
		WEBHOOK_FORMAT: "ocsf",
		WEBHOOK_ALLOW_PRIVATE: true,
		PORTAL_URL: "https://security.example.us",
	});
});
