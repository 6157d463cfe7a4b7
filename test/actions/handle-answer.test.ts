import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { styleHash } from "../../lib/actions/answer-page.ts";
import { readKeys, readLink, signLink } from "../../lib/actions/link.ts";
import { readPerson } from "../../lib/actions/person.ts";
import { findingId, findingKey } from "../../lib/findings/finding.ts";
import { terminalCard } from "../../lib/notify/console/terminal-card.ts";
import { tell } from "../../lib/notify/story/tell.ts";
import { cardOf } from "../../lib/notify/teams/card.ts";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { readApprovals } from "../../lib/verdict/approvals.ts";
import { aSighting, at, redacted } from "../builders.ts";
import { forbidden } from "../notify/hostile.ts";
import { digest, knowledge } from "../notify/samples.ts";
import { keyOfSighting } from "../outbox/world.ts";
import { aRequest, aSite, asBrowser, key, press, principal, responders, type Site, tenantId, type Visit, visit } from "./visitor.ts";

const signIn = { tenantId, responders };
const minute = 60_000;

/** Everything that is stored, but for nothing. */
function stored({ world }: Site): string {
	return JSON.stringify(world.memory.all());
}

async function history({ world }: Site) {
	return (await world.finding())?.history?.map(({ kind, by, verified }) => [kind, by, verified]) ?? [];
}

test("who opens the link, types a name and presses the button has answered, once", async () => {
	const site = await aSite();
	const visited = await visit(site);
	expect(visited.response.status).toBe(200);

	const answer = await press(site, visited);

	expect(answer).toMatchObject({
		status: 303,
		headers: { location: `/api/answer/${visited.token}` },
		recorded: { answer: "acknowledge", verified: false },
	});
	expect(await history(site)).toEqual([["acknowledge", "Kim Lee", false]]);
	const after = await visit(site, visited.token);
	expect(after.response.body).toContain("Acknowledged by Kim Lee (unverified)");
	expect(after.response.body).toContain("This message is older: 1 newer.");
});

test("10,000 looks of scanners and previews change nothing, and junk never reaches the table", async () => {
	const site = await aSite();
	const before = stored(site);
	const token = site.link();
	for (let n = 0; n < 5_000; n++) {
		const method = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"][n % 5] ?? "GET";
		await site.page(aRequest(token, { method, headers: { "user-agent": n % 2 === 0 ? "" : "Mozilla/5.0", purpose: "prefetch" } }));
	}
	site.calls();
	const bad = new Set<string>();
	for (let n = 0; n < 5_000; n++) {
		const { status, body, headers } = await site.page(
			aRequest(randomBytes(45).toString("base64url"), { method: n % 2 === 0 ? "GET" : "POST" }),
		);
		bad.add(JSON.stringify([status, body, headers]));
	}

	expect(site.calls()).toBe(0);
	expect(bad.size).toBe(1);
	expect(stored(site)).toBe(before);
});

test("every flipped bit of a link makes it a bad one", () => {
	const token = signLink([key], {
		key: "3f9c2a7d5110aabbccddeeff",
		n: 7,
		destination: "teams",
		opens: "silence",
		expires: at("30T00:00:00"),
	});
	expect(token).toHaveLength(60);
	expect(readLink([key], token)).toMatchObject({ key: "3f9c2a7d5110aabbccddeeff", n: 7, opens: "silence", expires: at("30T00:00:00") });
	const bytes = Buffer.from(token, "base64url");
	for (let bit = 0; bit < bytes.length * 8; bit++) {
		const flipped = Buffer.from(bytes);
		flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		expect(readLink([key], flipped.toString("base64url"))).toBeUndefined();
	}
	expect(readLink([randomBytes(32)], token)).toBeUndefined();
	expect(readLink([randomBytes(32), key], token)).toBeDefined();
});

test("a link is the same in every attempt, and another one for another notice or destination", () => {
	const link = { key: "3f9c2a7d5110aabbccddeeff", n: 7, destination: "teams", opens: "silence", expires: at("30T00:00:00") } as const;
	const tokens = [link, link, { ...link, n: 8 }, { ...link, destination: "slack" }].map((one) => signLink([key], one));
	expect(new Set(tokens).size).toBe(3);
	expect(tokens[0]).toBe(tokens[1]);
});

test("one to three keys of 32 bytes are taken, and nothing else", () => {
	const one = randomBytes(32).toString("base64");
	expect(readKeys(one)).toHaveLength(1);
	expect(readKeys(`${one} ${randomBytes(32).toString("base64")}`)).toHaveLength(2);
	expect(readKeys(` ${one}\n${one} ${one} `)).toHaveLength(3);
	for (const wrong of ["", "short", randomBytes(16).toString("base64"), `${one} x`, [one, one, one, one].join(" ")])
		expect(readKeys(wrong)).toBeUndefined();
});

describe("what is refused changes nothing and says why", () => {
	const attempts: readonly (readonly [
		string,
		number,
		(site: Site) => Promise<{ readonly status: number; readonly body: string }>,
		RegExp,
	])[] = [
		[
			"a form without the visit's cookie",
			409,
			async (site) => press(site, { ...(await visit(site)), cookie: "" }),
			/Your browser did not send the cookie of this page/,
		],
		[
			"a form of another visit",
			409,
			async (site) => press(site, { ...(await visit(site)), form: (await visit(site)).form }),
			/changed while/,
		],
		[
			"a form of another link",
			409,
			async (site) => press(site, { ...(await visit(site)), token: site.link({ destination: "slack" }) }),
			/changed while/,
		],
		[
			"an invented form",
			409,
			async (site) => press(site, { ...(await visit(site)), form: randomBytes(28).toString("base64url") }),
			/changed while/,
		],
		["no form at all", 409, async (site) => press(site, { ...(await visit(site)), form: "" }), /changed while/],
		[
			"a request from another site",
			403,
			async (site) => press(site, await visit(site), {}, { origin: "https://evil.example" }),
			/another site/,
		],
		["a request whose origin is hidden", 403, async (site) => press(site, await visit(site), {}, { origin: "null" }), /another site/],
		[
			"a cross-site request that lies about its origin",
			403,
			async (site) => press(site, await visit(site), {}, { "sec-fetch-site": "cross-site" }),
			/another site/,
		],
		[
			"JSON instead of the form",
			415,
			async (site) => press(site, await visit(site), {}, { "content-type": "application/json" }),
			/Send the form/,
		],
		["a body that is too long", 413, async (site) => press(site, await visit(site), { note: "x".repeat(5_000) }), /shorter note/],
		[
			"a body that says it is too long",
			413,
			async (site) => press(site, await visit(site), {}, { "content-length": "99999" }),
			/shorter note/,
		],
		["an empty name", 400, async (site) => press(site, await visit(site), { name: " " }), /Write your name/],
		["an answer that there is not", 400, async (site) => press(site, await visit(site), { answer: "delete" }), /Choose an answer/],
		["closing without a sign-in", 403, async (site) => press(site, await visit(site), { answer: "close" }), /needs a sign-in/],
		[
			"a long silence without a sign-in",
			403,
			async (site) => press(site, await visit(site), { answer: "silence", days: "30" }),
			/needs a sign-in/,
		],
	];
	test.each(attempts)("%s", async (_, status, attempt, says) => {
		const site = await aSite();
		const before = stored(site);

		const answer = await attempt(site);

		expect(answer.status).toBe(status);
		expect(answer.body).toMatch(says);
		expect(stored(site)).toBe(before);
	});

	test("a form of more than 4,096 bytes, whatever its length claims; one of 4,096 is taken", async () => {
		const site = await aSite();
		const fits = await press(site, await visit(site), {}, { "content-length": "4096" });
		const tooLong = await press(site, await visit(site), {}, { "content-length": "4097" });
		const lies = await press(site, await visit(site), { more: "x".repeat(4_096) }, { "content-length": "10" });
		expect([fits.status, tooLong.status, lies.status]).toEqual([303, 413, 413]);
	});

	test("a body that is no form; its type may be written in any case", async () => {
		const site = await aSite();
		const types = ["Application/X-WWW-Form-URLEncoded ; charset=UTF-8", "text/plain", "application/x-www-form-urlencoded2", ""];
		const answers = [];
		for (const type of types) answers.push(await press(site, await visit(site), { note: type }, { "content-type": type }));
		expect(answers.map(({ status }) => status)).toEqual([303, 415, 415, 415]);
	});

	test("a form that comes from beside our page, or from nowhere", async () => {
		const site = await aSite();
		const from = async (origin: string) => (await press(site, await visit(site), {}, { "sec-fetch-site": origin })).status;
		expect([await from("same-site"), await from("none"), await from("cross-site"), await from("same-origin")]).toEqual([
			403, 403, 403, 303,
		]);
	});

	test("a form that is 15 minutes old", async () => {
		const site = await aSite();
		const visited = await visit(site);
		site.world.clock.now = new Date(site.world.clock.now.getTime() + 15 * minute);

		expect(await press(site, visited)).toMatchObject({ status: 409, body: expect.stringContaining("This page is too old") });
		expect(await history(site)).toEqual([]);
	});

	test("the same form sent again", async () => {
		const site = await aSite();
		const visited = await visit(site);
		await press(site, visited);

		// No problem: what the person wanted holds.
		expect(await press(site, visited)).toMatchObject({
			status: 409,
			body: expect.stringMatching(/role="status">This answer was recorded already/),
		});
		expect(await history(site)).toHaveLength(1);
	});

	test("the same note sent twice, once after the other or at the same moment, while someone is on it", async () => {
		const site = await aSite();
		await press(site, await visit(site));
		const [first, second] = [await visit(site), await visit(site)];
		const statuses = async (answers: readonly Promise<{ readonly status: number }>[]) =>
			(await Promise.all(answers)).map(({ status }) => status).sort();

		expect((await press(site, first, { note: "on the phone" })).status).toBe(303);
		expect(await press(site, first, { note: "on the phone" })).toMatchObject({
			status: 409,
			body: expect.stringContaining("recorded already"),
		});
		expect(await statuses([press(site, second, { note: "isolated" }), press(site, second, { note: "isolated" })])).toEqual([303, 409]);
		expect((await site.world.finding())?.history?.map(({ note }) => note)).toEqual([undefined, "on the phone", "isolated"]);
	});

	test("a form whose finding changed while it was read, though nobody was told of the change", async () => {
		const site = await aSite();
		const visited = await visit(site);
		const target = { text: redacted("http://localhost:1"), class: "http" as const };
		await site.world.recorder.record([aSighting({ recordId: "r2", exposes: [target] })], site.world.clock.now);

		expect(await press(site, visited, { answer: "silence" })).toMatchObject({ status: 409 });
		expect((await site.world.finding())?.silence).toBeUndefined();
	});

	test("a link whose time is over shows how it stands, and takes no answer", async () => {
		const site = await aSite();
		const before = stored(site);
		const visited = await visit(site);
		const ended = await visit(site, site.link({ expires: at("21T19:36:10") }));

		expect(ended.response.body).toContain("This link ended");
		expect(ended.form).toBe("");
		expect(await press(site, { ...visited, token: ended.token })).toMatchObject({ status: 409 });
		expect(stored(site)).toBe(before);
	});

	test("the link of a finding that is gone looks like any bad link", async () => {
		const site = await aSite();
		const gone = await site.page(aRequest(site.link({ key: "0".repeat(24) })));
		expect(gone).toEqual(await site.page(aRequest("x".repeat(60))));
	});

	test("the eleventh answer within an hour", async () => {
		const site = await aSite();
		for (let n = 0; n < 10; n++) await press(site, await visit(site), { note: `note ${n}` });

		expect(await press(site, await visit(site), { note: "one more" })).toMatchObject({ status: 429 });
		expect(await history(site)).toHaveLength(10);
	});
});

describe("a form that no page of ours would send", () => {
	/** The same, with these fields behind the page's own. */
	async function sent(site: Site, fields: string) {
		const { token, cookie, visit: name, form } = await visit(site);
		const text = `form=${form}&visit=${name}&${fields}`;
		return (await site.page(aRequest(token, { method: "POST", text, headers: { ...asBrowser, cookie } }))).status;
	}

	test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "acknowledge,silence", "ACKNOWLEDGE", "acknowledge%00"])(
		"asks for the answer %s: there is none",
		async (answer) => {
			const site = await aSite();
			const before = stored(site);
			expect(await sent(site, `answer=${answer}&name=Kim`)).toBe(400);
			expect(stored(site)).toBe(before);
		},
	);

	test("says everything twice: the first counts, once", async () => {
		const site = await aSite();
		expect(await sent(site, "answer=acknowledge&answer=silence&answer=close&name=Kim&name=Ana&form=x&visit=x")).toBe(303);
		expect(await history(site)).toEqual([["acknowledge", "Kim", false]]);
		expect((await site.world.finding())?.silence).toBeUndefined();
	});

	test.each([
		"__proto__=1&constructor=2",
		"days=__proto__",
		"days=-1",
		"days=1e9",
		"days=30x",
		"as=__proto__",
		"until=2099-01-01&verified=true&how=cli",
	])("adds %s: a silence lasts a day all the same, unverified", async (more) => {
		const site = await aSite();
		expect(await sent(site, `answer=silence&name=Kim&${more}`)).toBe(303);
		expect((await site.world.finding())?.silence).toMatchObject({
			how: "page",
			verified: false,
			until: new Date(site.world.clock.now.getTime() + 1_440 * minute),
		});
	});
});

describe("pages that are open side by side in one browser", () => {
	/** A browser's cookies, newest last: one that is set again keeps its place. */
	function aJar() {
		const cookies = new Map<string, string>();
		const keep = ({ cookie }: Visit) => {
			const [name = "", value = ""] = cookie.split("=");
			cookies.set(name, value);
		};
		return { cookies, keep, header: () => [...cookies].map((pair) => pair.join("=")).join("; ") };
	}

	test("two findings are answered from two tabs, whichever was opened first", async () => {
		const site = await aSite();
		const other = aSighting({ device: { ...aSighting().device, id: redacted("b".repeat(40)) } });
		await site.world.recorder.record([other], site.world.clock.now);
		const jar = aJar();
		const links = [site.link(), site.link({ key: findingKey(other.device, "cloudflared") })];
		const tabs: Visit[] = [];
		for (const link of links) {
			const tab = await visit(site, link);
			jar.keep(tab);
			tabs.push(tab);
		}

		const answers = [];
		for (const tab of tabs) answers.push((await press(site, { ...tab, cookie: jar.header() })).status);
		expect(answers).toEqual([303, 303]);
	});

	test("a finding that is open twice is answered from the older tab", async () => {
		const site = await aSite();
		const jar = aJar();
		const [older, newer] = [await visit(site), await visit(site)];
		for (const tab of [older, newer]) jar.keep(tab);

		expect((await press(site, { ...older, cookie: jar.header() })).status).toBe(303);
		expect(await history(site)).toHaveLength(1);
	});

	test("a browser that shows 16 cookies of ours gets no more: the oldest one makes room", async () => {
		const site = await aSite();
		const jar = aJar();
		for (let n = 0; n < 40; n++) jar.keep(await visit(site, site.link(), { cookie: `theirs=1; ${jar.header()}` }));
		expect(jar.cookies.size).toBe(16);

		const newest = await visit(site, site.link(), { cookie: jar.header() });
		jar.keep(newest);
		expect((await press(site, { ...newest, cookie: jar.header() })).status).toBe(303);
	});
});

test("two forms of two people: the second is told that it changed", async () => {
	const site = await aSite();
	const [first, second] = [await visit(site), await visit(site)];
	const answers = await Promise.all([press(site, first), press(site, second, { name: "Ana" })]);

	expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
	expect(await history(site)).toHaveLength(1);
});

test("every page forbids scripts, frames, caches and foreign forms, and holds nothing that could run or load", async () => {
	const site = await aSite();
	const pages = [(await visit(site)).response, await press(site, await visit(site), { name: "" }), await site.page(aRequest("bad"))];
	for (const { headers, body } of pages) {
		expect(headers["content-security-policy"]).toBe(
			`default-src 'none'; style-src '${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
		);
		expect(headers).toMatchObject({
			"cache-control": "no-store",
			"referrer-policy": "same-origin",
			"x-frame-options": "DENY",
			"x-content-type-options": "nosniff",
		});
		expect(body).not.toMatch(/<(script|img|link|iframe|object|svg)|https?:|\son\w+=/i);
		expect(body.length).toBeLessThan(12_288);
	}
	expect((await visit(site)).response.headers["set-cookie"]).toMatch(
		/^__Host-tw-[0-9a-f]{8}=[\w-]{22}; Path=\/; Max-Age=900; Secure; HttpOnly; SameSite=Strict$/,
	);
});

test("once it is confirmed that the tunnel is not ours, the form offers no silence", async () => {
	const site = await aSite();
	const first = await visit(site);
	expect(first.response.body).toContain('value="silence"');
	await press(site, first, { answer: "not-ours" });

	const { body } = (await visit(site)).response;
	expect(body.match(/(?<=name="answer" value=")[\w-]+/g)).toEqual(["acknowledge"]);
	expect(body).not.toContain("Silence for");
});

test("without a sign-in a link shows no command line, no path and no user", async () => {
	const site = await aSite();
	const { body } = (await visit(site)).response;
	for (const hidden of ["j.meyer", "Downloads", "--token"]) expect(body).not.toContain(hidden);
	expect(body).toContain("6ff42ae2-765d-4adf-8112-31c55c1551ef");
});

/** What a name can hold that would move, hide, mark up or command something: 60 characters of each are kept. */
const hostileNames: readonly (readonly [string, string])[] = [
	["markup", `<b>Kim</b><script>alert(1)</script><img src=x onerror=y>`],
	["links and mentions", "Kim [x](https://evil.example) <at>all</at> www.evil.example"],
	["characters that turn the direction", "Kim \u202eeeL\u2066 \u200fLee\u061c"],
	["controls of a terminal", "Kim \u001b[31m\u0007\u009b2J\u0000\u0008 Lee"],
	["lines", "Kim\r\n\u2028Status    closed\nNobody has answered yet."],
	["characters that nobody sees", "Kim\u200b\u00ad\u{e0041}\u3164 Lee"],
	["half a character at the cut", `${"K".repeat(59)}\u{1f600}`],
	["a date macro", "Kim {{DATE(2026-11-21T00:00:00Z, SHORT)}}"],
	["names of every object", "__proto__ constructor toString"],
];

test.each(hostileNames)(
	"a typed name full of %s stays one piece of text on the page, in the follow-up and in the digest",
	async (_, name) => {
		const site = await aSite();
		expect((await press(site, await visit(site), { name, note: name })).status).toBe(303);
		site.world.clock.now = new Date(site.world.clock.now.getTime() + minute);
		await site.world.dispatcher.deliverDue(eachMinute);

		const finding = await site.world.finding();
		const [line] = finding?.history ?? [];
		const notice = site.sink.got.at(-1);
		if (finding === undefined || line === undefined || notice?.type !== "finding") throw new Error("nobody heard of the answer");
		expect(notice.kinds).toEqual(["answered"]);
		const stories = [notice, { ...digest, answers: [{ finding, line }] }].map((one) => tell(one, knowledge));
		for (const story of stories) {
			const runs = [...JSON.stringify(cardOf(story)).matchAll(/"type":"TextRun","text":("(?:[^"\\]|\\.)*")/g)].map(([, text = ""]) =>
				String(JSON.parse(text)),
			);
			const lines = terminalCard(story, { width: 80, colour: false }).split("\n");
			for (const texts of [runs, lines]) {
				expect(texts.join(" ")).toContain("(unverified)");
				for (const text of texts.filter((one) => !one.startsWith("▌ Open device: "))) expect(text).not.toMatch(forbidden);
			}
		}
		const { body } = (await visit(site)).response;
		expect(body).toContain("(unverified)");
		expect(body.slice(body.indexOf("<main>")).replaceAll(/<[^<>]*>|\n/g, "")).not.toMatch(forbidden);
		expect(body).not.toMatch(/<(?:script|img|b>Kim)/);
	},
);

test("a secret at the end of a long note is removed whole, and not cut so that its beginning stays", async () => {
	const site = await aSite();
	const [word, secret] = ["ghp_", "0123456789abcdefghijABCDEFGHIJ012345"];
	for (const length of [260, 280, 285, 290])
		await press(site, await visit(site), { note: `${"see ".repeat(length / 5)}${"-".repeat(length / 5)} ${word}${secret}` });

	expect(await history(site)).toHaveLength(4);
	expect(stored(site)).not.toContain(word);
});

test("what people and devices write stays text", async () => {
	const site = await aSite();
	const hostile = `<script>alert(1)</script> "><img src=x onerror=y> https://evil.example [x](y) <at>all</at>`;
	await press(site, await visit(site), { name: `Kim ${hostile}`.slice(0, 60), note: hostile });

	const { body } = (await visit(site)).response;
	expect(body).toContain("Kim ‹script");
	expect(body).not.toMatch(/<script|<img|https:\/\/evil|<at>/);
});

describe("with a sign-in", () => {
	test("who is not signed in is sent there, and a form without a sign-in is refused with a page", async () => {
		const site = await aSite({ signIn });
		const token = site.link();
		expect(await site.page(aRequest(token))).toMatchObject({
			status: 302,
			headers: { location: `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(`/api/answer/${token}`)}` },
		});
		const visited = await visit(site, token, { "x-ms-client-principal": principal() });
		expect(await press(site, visited)).toMatchObject({ status: 401 });
		expect(await history(site)).toEqual([]);
	});

	test("the audit trail holds the name that the sign-in knows, and not what was typed", async () => {
		const site = await aSite({ signIn });
		const who = { "x-ms-client-principal": principal() };
		const visited = await visit(site, site.link(), who);
		expect(visited.response.body).toContain("Signed in as <b>kim.lee@contoso.example</b>");
		expect(visited.response.body).toContain("j.meyer");

		expect(await press(site, visited, { name: "The CEO", answer: "silence", days: "30" }, who)).toMatchObject({ status: 303 });
		expect(await history(site)).toEqual([["silence", "kim.lee@contoso.example", true]]);
	});

	test.each([
		["of another tenant", { tid: "00000000-0000-4000-8000-000000000000" }],
		["in no group that may answer", { groups: "99999999-0000-4000-8000-000000000000" }],
		["without an object id", { oid: "" }],
	])("somebody %s may neither look nor answer", async (_, change) => {
		const site = await aSite({ signIn });
		const mine = await visit(site, site.link(), { "x-ms-client-principal": principal() });
		const theirs = { "x-ms-client-principal": principal(change) };

		expect((await visit(site, site.link(), theirs)).response.status).toBe(403);
		expect((await press(site, mine, {}, theirs)).status).toBe(403);
		expect(await history(site)).toEqual([]);
	});

	test("a silence lasts one, seven or thirty days, and one day where the form says something else", async () => {
		const who = { "x-ms-client-principal": principal() };
		const until = async (days: string) => {
			const site = await aSite({ signIn });
			await press(site, await visit(site, site.link(), who), { answer: "silence", days }, who);
			return (await site.world.finding())?.silence?.until;
		};
		expect([await until("1"), await until("7"), await until("30")]).toEqual([
			at("22T19:36:10"),
			at("28T19:36:10"),
			new Date("2026-12-21T19:36:10Z"),
		]);
		expect([await until("29"), await until("7d"), await until("")]).toEqual([at("22T19:36:10"), at("22T19:36:10"), at("22T19:36:10")]);
	});

	test("ids count in any case, as the platform and the settings may write them", async () => {
		const [group = ""] = responders;
		const look = async (to: Parameters<typeof readPerson>[1], change: Record<string, string>) => readPerson(principal(change), to).who;
		expect(await look(signIn, { tid: tenantId.toUpperCase(), groups: group.toUpperCase() })).toBe("responder");
		expect(await look({ tenantId, responders: [group.toUpperCase()] }, {})).toBe("responder");
		expect(await look({ tenantId, responders: ["Responder"] }, { roles: "responder" })).toBe("responder");
		expect(await look({ tenantId, responders: ["Responder"] }, { roles: "responders" })).toBe("stranger");
	});

	test("an identity of more than 16,384 characters is none, whatever it holds", () => {
		const ofLength = (length: number) => {
			// Blanks at the end of base64 are not read.
			const header = principal();
			return readPerson(`${header}${" ".repeat(length - header.length)}`, signIn).who;
		};
		expect([ofLength(16_384), ofLength(16_385)]).toEqual(["responder", "nobody"]);
	});

	test("a form of one person is no good for another", async () => {
		const site = await aSite({ signIn });
		const mine = await visit(site, site.link(), { "x-ms-client-principal": principal() });
		const other = { "x-ms-client-principal": principal({ oid: "aaaaaaaa-2222-4333-8444-555566667777" }) };
		expect((await press(site, mine, {}, other)).status).toBe(409);
	});

	test.each(["", "not base64 {", "e30=", "x".repeat(20_000), Buffer.from('{"claims":"all"}').toString("base64")])(
		"an identity that cannot be read is none",
		async (header) => {
			const site = await aSite({ signIn });
			expect((await visit(site, site.link(), { "x-ms-client-principal": header })).response.status).toBe(302);
		},
	);

	test("proposing an approval shows an entry to copy and approves nothing", async () => {
		const site = await aSite({ signIn });
		const who = { "x-ms-client-principal": principal() };
		const shown = await press(site, await visit(site, site.link(), who), { answer: "propose" }, who);
		expect(shown).toMatchObject({ status: 200, recorded: { answer: "propose" } });
		expect(shown.body).toContain("&quot;account&quot;: &quot;9f86d081884c7d659a2feaa0c55ad015&quot;");
		expect(shown.body).toContain("Nothing is approved yet");

		const [, entry = ""] = /<pre>([^<]*)<\/pre>/.exec(shown.body) ?? [];
		const copied = entry.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
		expect(readApprovals(`{"approvals": [${copied}]}`, site.world.clock.now)).toMatchObject({
			ok: true,
			approvals: [{ account: "9f86d081884c7d659a2feaa0c55ad015", owner: "kim.lee@contoso.example", until: "2027-02-19" }],
		});

		// The same as a file, as often as one likes: here, and later from the page of the finding.
		const [, href = ""] = /<a class="file" href="([^"]*)" download>/.exec(shown.body) ?? [];
		expect(href).toBe(`/api/answer/${site.link()}?download=approval`);
		expect((await visit(site, site.link(), who)).response.body).toContain(href);
		const rows = JSON.stringify(site.world.memory.all());
		for (const method of ["GET", "HEAD", "GET"]) {
			const file = await site.page(aRequest(site.link(), { method, headers: who, download: true }));
			expect(file).toMatchObject({
				status: 200,
				headers: {
					"content-type": "application/json; charset=utf-8",
					"content-disposition": `attachment; filename="approval-${findingId({ key: keyOfSighting })}.json"`,
					"x-content-type-options": "nosniff",
					"cache-control": "no-store",
					"content-security-policy": expect.stringMatching(/^default-src 'none'/),
				},
				body: `${copied}\n`,
			});
		}
		expect(JSON.stringify(site.world.memory.all())).toBe(rows);
	});

	test("the entry is sent as a file to nobody who could not have proposed it, and not before it was proposed", async () => {
		const site = await aSite({ signIn });
		const asFile = (headers: Record<string, string> = {}, token = site.link()) => site.page(aRequest(token, { headers, download: true }));
		const who = { "x-ms-client-principal": principal() };
		expect(await asFile(who)).toMatchObject({ status: 409, body: expect.stringContaining("No approval can be proposed") });
		await press(site, await visit(site, site.link(), who), { answer: "propose" }, who);
		expect((await asFile()).status).toBe(302);
		expect((await asFile({ "x-ms-client-principal": principal({ groups: "another" }) })).status).toBe(403);
		expect((await asFile(who, site.link({ expires: at("20T00:00:00") }))).status).toBe(409);
		expect((await asFile(who, "x".repeat(60))).status).toBe(404);
		expect(await asFile(who)).toMatchObject({ status: 200 });

		// Without the platform's sign-in anyone can send that header.
		const open = await aSite();
		expect(await open.page(aRequest(open.link(), { headers: who, download: true }))).toMatchObject({ status: 403 });
	});
});

test("without a sign-in a forged identity header counts for nothing", async () => {
	const site = await aSite();
	const forged = { "x-ms-client-principal": principal(), "x-ms-client-principal-name": "ceo@contoso.example" };
	const visited = await visit(site, site.link(), forged);
	expect(visited.response.body).not.toContain("Signed in as");

	await press(site, visited, { answer: "close" }, forged);
	expect(await history(site)).toEqual([]);
	await press(site, visited, {}, forged);
	expect(await history(site)).toEqual([["acknowledge", "Kim Lee", false]]);
	expect(asBrowser.origin).toBe("https://tunnelwatch.example.net");
});

test("doctor can see whether a forged identity is believed, without a link", async () => {
	const forged = { "x-ms-client-principal": principal() };
	const site = await aSite();
	const protectedSite = await aSite({ signIn });
	expect((await site.page(aRequest("sign-in-check", { headers: forged }))).body).toContain("identity: none");
	// Here nobody stands in front and takes the header away.
	expect((await protectedSite.page(aRequest("sign-in-check", { headers: forged }))).body).toContain("identity: believed");
});
