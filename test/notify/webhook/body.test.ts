import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { createPost } from "../../../lib/notify/http/http.ts";
import { findingEvent } from "../../../lib/notify/webhook/finding-body.ts";
import { readSecrets } from "../../../lib/notify/webhook/sign.ts";
import { createWebhook } from "../../../lib/notify/webhook/webhook.ts";
import { aFinding, aSighting, at, redacted } from "../../builders.ts";
import { readable } from "../golden.ts";
import { freePort } from "../loopback.ts";
import { aNotice, answerSamples, knowledge, singles } from "../samples.ts";

const docs = new URL("../../../docs/", import.meta.url);
const schema = JSON.parse(await readFile(new URL("finding.schema.json", docs), "utf8"));

function body(notice: Parameters<typeof findingEvent>[0]): { readonly type: string; readonly data: Record<string, unknown> } {
	return JSON.parse(JSON.stringify(findingEvent(notice, knowledge)));
}

/** The published schema lets new fields pass; ours must all be in it. */
function withoutUnknownFields(part: unknown): unknown {
	if (Array.isArray(part)) return part.map(withoutUnknownFields);
	if (typeof part !== "object" || part === null) return part;
	const inner = Object.fromEntries(Object.entries(part).map(([name, one]) => [name, withoutUnknownFields(one)]));
	return "properties" in part && !("oneOf" in part) && "type" in part ? { ...inner, additionalProperties: false } : inner;
}

describe.each(Object.entries({ ...singles, ...answerSamples }))("the body '%s'", (_name, notice) => {
	test("is as the published schema says, and has no field that is not in it", () => {
		const validate = new Ajv2020({ allErrors: true }).compile(withoutUnknownFields(schema) as object);
		validate(body(notice));
		expect(validate.errors ?? []).toEqual([]);
	});
});

test("the schema refuses a body that is not right", () => {
	const validate = new Ajv2020().compile(schema);
	const good = body(aNotice());
	expect(validate(good)).toBe(true);
	// Chats alone get these; the schema promises nothing that is never sent.
	for (const type of ["findings.storm", "findings.wave", "findings.digest", "watch.heartbeat"])
		expect(validate({ ...good, type })).toBe(false);
	expect(JSON.stringify(schema)).not.toMatch(/storm|wave|digest|heartbeat/i);
	expect(validate({ ...good, data: { ...good.data, severity: "fatal" } })).toBe(false);
	expect(validate({ ...good, data: { ...good.data, id: "cf-3f9c2a7d5110-1" } })).toBe(false);
	expect(validate({ ...good, data: { ...good.data, device: undefined } })).toBe(false);
});

test("the published example is what is sent today", async () => {
	const example = await readFile(new URL("finding.example.json", docs), "utf8");
	const sent = singles["worse"];
	if (sent === undefined) throw new Error("no such sample");
	const plain = (value: unknown): unknown => JSON.parse(readable(JSON.stringify(value)));
	expect(plain(JSON.parse(example))).toEqual(plain(body(sent)));
});

test("the type tells the first word from later ones", () => {
	expect(body(aNotice()).type).toBe("finding.created");
	expect(body(aNotice({ n: 2, kinds: ["worse"] })).type).toBe("finding.updated");
	expect(body(aNotice({ n: 2, kinds: ["still"] })).type).toBe("finding.updated");
	expect(body(aNotice({ n: 3, kinds: ["back"] })).type).toBe("finding.updated");
});

test("who signed the program and when the record was exported are told where Defender says so", () => {
	const program = { ...aSighting().program, signer: redacted("Unknown, Unsigned") };
	const finding = aFinding({ worst: aSighting({ program, exportedAt: at("21T19:38:48.118") }) });
	expect(body(aNotice({ finding })).data).toMatchObject({
		process: { signer: "Unknown, Unsigned" },
		record: { timestamp: "2026-11-21T19:36:04.0082679Z", exportedAt: "2026-11-21T19:38:48.118Z" },
	});
	const { process, record } = body(aNotice()).data;
	expect(process).not.toHaveProperty("signer");
	expect(record).not.toHaveProperty("exportedAt");
});

test("a first word that comes late is still the first, though the device has long been quiet", () => {
	const late = body(aNotice({ finding: aFinding({ status: "closed" }) }));
	expect(late).toMatchObject({ type: "finding.created", data: { status: "closed" } });
});

test("the manual and the schema name the types that are sent, and no other", async () => {
	const manual = await readFile(new URL("webhook.md", docs), "utf8");
	const sent = new Set(Object.values({ ...singles, ...answerSamples }).map((notice) => body(notice).type));
	expect(new Set(schema.properties.type.enum)).toEqual(sent);
	expect(
		new Set(
			[...manual.matchAll(/^\| (`\w+\.\w+`(?:, `\w+\.\w+`)*) \|/gm)].flatMap(([, types = ""]) => types.replaceAll("`", "").split(", ")),
		),
	).toEqual(sent);
});

test("the receiver of the manual takes what is signed, and nothing else", async () => {
	const manual = await readFile(new URL("webhook.md", docs), "utf8");
	const [, program] = /```js\n([\s\S]*?)```/.exec(manual) ?? [];
	const folder = await mkdtemp(join(tmpdir(), "receiver-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "receiver.mjs"), program ?? "");
	const { port, origin } = new URL(await freePort());
	const secret = `whsec_${Buffer.from("an invented key of 32 bytes, new").toString("base64")}`;
	const child = spawn(process.execPath, [join(folder, "receiver.mjs")], { env: { PORT: port, WEBHOOK_SECRET: secret } });
	onTestFinished(() => {
		child.kill();
	});
	const lines: string[] = [];
	child.stdout.on("data", (text: Buffer) => lines.push(text.toString("utf8")));
	await expect.poll(() => answers(origin)).toBe(401);

	const send = async (keys: string, id: string): Promise<unknown> => {
		const webhook = createWebhook({
			url: origin,
			keys: readSecrets(keys) ?? [],
			format: "finding",
			header: undefined,
			allowAddress: () => true,
			post: createPost({ timeoutMs: 60_000 }),
			knowledge,
			clock: () => new Date(),
		});
		return webhook.send(aNotice({ id }), new AbortController().signal);
	};
	expect(await send(secret, "cf-3f9c2a7d5110-1")).toEqual({ ok: true, proof: "confirmed" });
	expect(await send(secret, "cf-3f9c2a7d5110-1")).toEqual({ ok: true, proof: "confirmed" });
	expect(await send(`whsec_${Buffer.alloc(32, 1).toString("base64")}`, "cf-3f9c2a7d5110-2")).toMatchObject({ ok: false, status: 401 });
	expect(await send("", "cf-3f9c2a7d5110-3")).toMatchObject({ ok: false, status: 401 });
	await expect.poll(() => lines.join("")).toBe("finding.created medium Cloudflare tunnel on fin-lt-0142\n");
});

/** Status of an unsigned request; `undefined` while nobody listens yet. */
function answers(origin: string): Promise<number | undefined> {
	return new Promise((resolve) => {
		request(origin, (response) => {
			response.resume();
			resolve(response.statusCode);
		})
			.on("error", () => resolve(undefined))
			.end();
	});
}
