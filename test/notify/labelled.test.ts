import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../lib/app/settings.ts";
import { createPost } from "../../lib/notify/http/http.ts";
import { addressOf, configureDestinations, destinationKinds, labelledSettings } from "../../lib/notify/index.ts";
import { suffixOf } from "../../lib/notify/kind.ts";
import { teamsMessage } from "../../lib/notify/teams/envelope.ts";
import { aFinding, at } from "../builders.ts";
import { listen } from "./loopback.ts";
import { aNotice, knowledge } from "./samples.ts";

// Several addresses of one kind, each a destination of its own.

// None of them signs in.
const getToken = () => Promise.reject(new Error("no identity here"));
const local = { allowLoopback: false };
const teams = (n: number) => (destinationKinds[0]?.example["TEAMS_WEBHOOK_URL"] ?? "").replace("sig=example", `sig=canary${n}`);
const webhook = "https://receiver.example.com/hook";
const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

function configured(given: Readonly<Record<string, string>>) {
	const { destinations, mistakes } = configureDestinations(given, local);
	return { names: destinations.map(({ name }) => name), warnings: destinations.flatMap(({ warning }) => warning ?? []), mistakes };
}

describe.each(destinationKinds)("$name with a label", (kind) => {
	const labelled = (label: string) =>
		Object.fromEntries(Object.entries(kind.example).map(([name, value]) => [name + suffixOf(label), value]));

	test("is a destination of its own, whether the one without a label is on or not", () => {
		expect(configured(labelled("emea"))).toMatchObject({ names: [`${kind.name}-emea`], mistakes: [] });
		expect(configured({ ...kind.example, ...labelled("emea"), ...labelled("us-east") })).toMatchObject({
			names: [kind.name, `${kind.name}-emea`, `${kind.name}-us-east`],
			mistakes: [],
		});
		expect(addressOf(`${kind.name}-us-east`)).toBe(`${kind.address}_US_EAST`);
	});

	test("sends as its kind does, under its own name", async () => {
		const server = await listen((_request, response) => response.writeHead(202).end());
		const here = (value: string) => value.replace(/^https:\/\/[^/]+/, server);
		const given = Object.fromEntries(Object.entries(labelled("emea")).map(([name, value]) => [name, here(value)]));
		const [one] = configureDestinations(given, { allowLoopback: true }).destinations;
		const destination = one?.open({
			post: createPost({ timeoutMs: 60_000 }),
			clock: () => at("21T19:36:12"),
			knowledge,
			allowLoopback: true,
			getToken,
		});
		expect(destination?.name).toBe(`${kind.name}-emea`);
		expect(await destination?.send(aNotice(), new AbortController().signal)).toMatchObject({ ok: true });
	});

	test("a least severity is a severity, and is its own", () => {
		const from = `${kind.name.toUpperCase()}_FROM`;
		const { destinations } = configureDestinations({ ...kind.example, ...labelled("emea"), [`${from}_EMEA`]: "critical" }, local);
		expect(destinations.map((one) => one.from)).toEqual([undefined, "critical"]);
		expect(configured({ ...kind.example, [from]: "CANARY" }).mistakes).toEqual([`${from}: write info, low, medium, high, critical`]);
	});
});

test("what is not given with the label is that without, but a secret never goes to another receiver", async () => {
	const got: Record<string, unknown>[] = [];
	const server = await listen((request, response) => {
		got.push(request.headers);
		response.writeHead(202).end();
	});
	const given = {
		WEBHOOK_URL: `${server}/one`,
		WEBHOOK_SECRET: secret,
		WEBHOOK_HEADER: "X-Key: canary",
		WEBHOOK_FORMAT: "ocsf",
		WEBHOOK_URL_LABS: `${server}/two`,
	};
	const { destinations, mistakes } = configureDestinations(given, { allowLoopback: true });
	expect(mistakes).toEqual([]);
	for (const one of destinations) {
		const outside = { post: createPost({ timeoutMs: 60_000 }), clock: () => at("21T19:36:12"), knowledge, allowLoopback: true, getToken };
		await one.open(outside).send(aNotice(), new AbortController().signal);
	}
	expect(got.map((headers) => [headers["x-key"], "webhook-signature" in headers])).toEqual([
		["canary", true],
		[undefined, false],
	]);
});

test("who is on call for one channel is not mentioned in another", async () => {
	const got: string[] = [];
	const server = await listen(async (request, response) => {
		got.push(await text(request));
		response.writeHead(202).end();
	});
	const given = {
		TEAMS_WEBHOOK_URL: `${server}/workflows/a/triggers/manual/paths/invoke?sig=a`,
		TEAMS_WEBHOOK_URL_EMEA: `${server}/workflows/b/triggers/manual/paths/invoke?sig=b`,
		TEAMS_WEBHOOK_URL_LABS: `${server}/workflows/c/triggers/manual/paths/invoke?sig=c`,
		TEAMS_MENTION: "kim@contoso.example=Kim Lee",
		TEAMS_MENTION_LABS: "ana@contoso.example=Ana Diaz",
		TEAMS_BODY: "card",
	};
	const { destinations, mistakes } = configureDestinations(given, { allowLoopback: true });
	expect(mistakes).toEqual([]);
	for (const one of destinations) {
		const outside = { post: createPost({ timeoutMs: 60_000 }), clock: () => at("21T19:36:12"), knowledge, allowLoopback: true, getToken };
		await one.open(outside).send(aNotice({ finding: aFinding({ severity: "high" }) }), new AbortController().signal);
	}
	expect(destinations.map(({ name }) => name)).toEqual(["teams", "teams-emea", "teams-labs"]);
	expect(got.map((body) => /kim@|ana@/.exec(body)?.[0])).toEqual(["kim@", undefined, "ana@"]);
	// What says how to speak to a flow is the same for all, unless it is said.
	expect(got.map((body) => JSON.parse(body).type)).toEqual(["AdaptiveCard", "AdaptiveCard", "AdaptiveCard"]);
});

test("mistakes name the setting as it was given, once, and show no value", () => {
	expect(
		configured({
			TEAMS_WEBHOOK_URL_EMEA: "https://contoso.webhook.office.com/CANARY",
			TEAMS_BODY: "CANARY",
			WEBHOOK_URL: webhook,
			WEBHOOK_SECRET_LABS: "CANARY",
			WEBHOOK_URL_LABS: webhook,
			WEBHOOK_FORMAT_OLD: "ocsf",
		}).mistakes,
	).toEqual([
		"TEAMS_BODY: write message or card",
		expect.stringMatching(/^TEAMS_WEBHOOK_URL_EMEA: Office 365 connectors are retired/),
		expect.stringMatching(/^WEBHOOK_SECRET_LABS: write whsec_/),
		"WEBHOOK_FORMAT_OLD: there is no destination webhook-old; set WEBHOOK_URL_OLD, or take this away",
	]);
});

test("two with one address are warned about: one channel would be told twice", () => {
	expect(configured({ TEAMS_WEBHOOK_URL: teams(1), TEAMS_WEBHOOK_URL_A: teams(2), TEAMS_WEBHOOK_URL_B: teams(1) })).toEqual({
		names: ["teams", "teams-a", "teams-b"],
		mistakes: [],
		warnings: ["TEAMS_WEBHOOK_URL_B: this is the address of teams too, and one channel would be told twice; give each its own"],
	});
});

test("labels are letters and digits, and there are at most twenty", () => {
	const names = [
		"TEAMS_WEBHOOK_URL_",
		"TEAMS_WEBHOOK_URL_a|b",
		"TEAMS_WEBHOOK_URL__X",
		`WEBHOOK_URL_${"X".repeat(21)}`,
		"TEAMS_WEBHOOK_URL",
		"constructor",
	];
	expect(labelledSettings(names)).toEqual([]);
	expect(labelledSettings(["WEBHOOK_URL_emea", "PAGERDUTY_ROUTING_KEY_US_EAST"])).toMatchObject([
		{ name: "WEBHOOK_URL_EMEA", label: "emea" },
		{ name: "PAGERDUTY_ROUTING_KEY_US_EAST", label: "us-east" },
	]);
	const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, at) => [`WEBHOOK_URL_R${at}`, `${webhook}${at}`]));
	expect(configured(many(20)).mistakes).toEqual([]);
	expect(configured(many(21)).mistakes).toEqual([expect.stringMatching(/at most 20 addresses can have a label/)]);
});

describe("in the settings", () => {
	const mistakes = (environment: Readonly<Record<string, string>>) => {
		const read = readSettings(environment);
		return read.ok ? read.settings.destinations.map(({ name }) => name) : read.mistakes;
	};

	test("they are read with the others, in small letters too, but not twice", () => {
		expect(mistakes({ TEAMS_WEBHOOK_URL_emea: teams(1) })).toEqual(["teams-emea"]);
		expect(mistakes({ TEAMS_WEBHOOK_URL_emea: teams(1), TEAMS_WEBHOOK_URL_EMEA: teams(2) })).toEqual([
			"TEAMS_WEBHOOK_URL_EMEA: it is given twice, in capitals and in small letters",
		]);
		expect(mistakes({ TEAMS_WEBHOOK_URL_EMEA: "@Microsoft.KeyVault(SecretUri=https://v/)" })).toEqual([
			expect.stringMatching(/^TEAMS_WEBHOOK_URL_EMEA: the Key Vault reference is not resolved/),
		]);
	});

	test("one of them can be the fallback, and others can fall back", () => {
		const three = { TEAMS_WEBHOOK_URL_A: teams(1), WEBHOOK_URL_B: webhook };
		expect(mistakes({ ...three, FALLBACK: "Webhook-B" })).toEqual(["teams-a", "webhook-b"]);
		expect(mistakes({ ...three, FALLBACK: "webhook" })).toEqual(["FALLBACK: webhook is off; set WEBHOOK_URL"]);
		expect(mistakes({ WEBHOOK_URL_B: webhook, FALLBACK: "webhook-b" })).toEqual([expect.stringMatching(/nothing to fall back from/)]);
		expect(mistakes({ ...three, FALLBACK: "pigeon" })).toEqual([expect.stringMatching(/^FALLBACK: write teams or slack/)]);
	});
});

test("a route that wants nobody mentioned is obeyed", () => {
	const people = [{ id: "kim@contoso.example", name: "Kim Lee" }] as never;
	const text = (mention?: false) =>
		JSON.stringify(
			teamsMessage(
				{ ...aNotice({ finding: aFinding({ severity: "high" }) }), ...(mention === undefined ? {} : { mention }) },
				knowledge,
				people,
			),
		);
	expect(text()).toContain('"entities"');
	expect(text(false)).not.toContain('"entities"');
});
