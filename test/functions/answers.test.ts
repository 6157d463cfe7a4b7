import { expect, test } from "vitest";
import { signLink } from "../../lib/actions/link.ts";
import { browse, clock, core, key, open, origin, press, runAnsweringApp, see, silenceLink, stored, told } from "./answering-app.ts";

runAnsweringApp();

// First: the app is made at the first use that finds its settings right.
test("with wrong settings a link answers with a page, and neither the host nor the log learns the link", async () => {
	const { ACTIONS_KEY } = process.env;
	delete process.env["ACTIONS_KEY"];
	const page = await browse("GET", "k".repeat(60));
	process.env["ACTIONS_KEY"] = ACTIONS_KEY;

	expect(page).toMatchObject({ status: 503, body: expect.stringContaining("Nothing was changed.") });
	expect(core.logs.filter((line) => line.includes("answer page (settings-wrong)"))).toHaveLength(1);
	expect(core.logs.join()).not.toContain("k".repeat(60));
});

test("from the card to the end of a silence: an answer is given once, said once, and never hides a stronger fact", async () => {
	await clock("2024-03-05T09:00:00Z");
	await see();
	const first = told();
	expect(first.events).toEqual([["finding.created", 1]]);

	// Looking changes nothing, however often; the form of the page acts once.
	const token = silenceLink(first.cards[0]);
	const before = await stored();
	expect(before).toContain(key);
	const page = await open(token);
	expect(page).toMatchObject({ status: 200, body: expect.stringContaining("Nobody has answered yet.") });
	await open(token);
	await clock("2024-03-05T09:01:00Z");
	expect(await stored()).toBe(before);
	expect(told().events).toEqual([]);
	const done = await press(token, page, "silence");
	expect([done.status, done.headers.get("location")]).toEqual([303, `/api/answer/${token}`]);
	expect(await press(token, page, "silence")).toMatchObject({
		status: 409,
		body: expect.stringContaining("This answer was recorded already."),
	});

	// Whoever was told of the finding hears of the answer, once.
	await clock("2024-03-05T09:02:00Z");
	await clock("2024-03-05T09:03:00Z");
	const answer = told();
	expect(answer.events).toEqual([["finding.silenced", 2]]);
	expect(answer.cards[0]).toContain("Silenced until 2024-03-06 09:01:00 UTC.");
	expect(answer.cards[0]).toContain("By Kim Lee (unverified) at 09:01 UTC.");
	const [, lift = ""] = /"title":"Lift silence"[^}]*\/api\/answer\/([\w-]{60})"/.exec(answer.cards[0] ?? "") ?? [];
	expect((await open(lift)).body).toContain('value="lift" required checked');

	// More of the same is held back.
	await clock("2024-03-05T10:00:00Z");
	await see();
	await clock("2024-03-05T10:01:00Z");
	expect(told().events).toEqual([]);
	expect((await open(token)).body).toContain("events held back: 1");

	// Another account speaks at once, says whose silence it ends, and that end is not told again.
	await clock("2024-03-05T11:00:00Z");
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-05T11:01:00Z");
	const stronger = told();
	expect(stronger.events).toEqual([["finding.updated", 3]]);
	expect(stronger.cards[0]).toContain("this ends the silence by Kim Lee (unverified); events held back: 1");
	expect(stronger.cards[0]).toContain("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-06T09:02:00Z");
	expect(told().events).toEqual([]);

	// A silence that held something back says so when it ends, once.
	const newest = silenceLink(stronger.cards[0]);
	expect(await press(newest, await open(newest), "silence")).toMatchObject({ status: 303 });
	await clock("2024-03-06T09:03:00Z");
	expect(told().events).toEqual([["finding.silenced", 4]]);
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-06T15:00:00Z");
	await see("ffffffffffffffffffffffffffffffff");
	await clock("2024-03-07T09:01:00Z");
	expect(told().events).toEqual([]);
	await clock("2024-03-07T09:02:00Z");
	await clock("2024-03-07T09:03:00Z");
	const end = told();
	expect(end.events).toEqual([["finding.updated", 5]]);
	expect(end.cards[0]).toContain("the silence by Kim Lee (unverified) ended; events during it: 2");
	expect(core.logs.filter((line) => line.includes('"event":"answer"'))).toEqual([
		`{"event":"answer","finding":"${key.slice(0, 12)}","answer":"silence","verified":false}`,
		`{"event":"answer","finding":"${key.slice(0, 12)}","answer":"silence","verified":false}`,
	]);
});

test("a body of 10 MB, another kind of body and methods that change things elsewhere: an answer for each, and nothing is changed", async () => {
	await clock("2024-03-07T10:00:00Z");
	const link = { key, n: 1, destination: "teams", opens: "acknowledge", expires: new Date("2024-03-10T00:00:00Z") } as const;
	const token = signLink([Buffer.alloc(32, 7)], link);
	const page = await open(token);
	const before = await stored();
	expect(before).toContain(key);
	const headers = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin", cookie: page.cookie };
	const fields = new URLSearchParams({ form: page.form, visit: page.visit, answer: "acknowledge", name: "Kim Lee" }).toString();
	const send = async (type: string, body: string) => (await browse("POST", token, { ...headers, "content-type": type }, body)).status;

	expect(await send("application/x-www-form-urlencoded", `${fields}&note=${"x".repeat(10 * 1024 * 1024)}`)).toBe(413);
	for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded2", ""])
		expect(await send(type, fields)).toBe(415);
	for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
		const refused = await browse(method, token, headers, method === "OPTIONS" ? undefined : fields);
		expect([refused.status, refused.body, refused.headers.get("allow")]).toEqual([405, "", "GET, HEAD, POST"]);
	}
	const head = await browse("HEAD", token);
	expect([head.status, head.body, head.headers.get("cache-control")]).toEqual([200, "", "no-store"]);
	expect(await stored()).toBe(before);
});
