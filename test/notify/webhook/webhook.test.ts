import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { createPost } from "../../../lib/notify/http/http.ts";
import { readSecrets } from "../../../lib/notify/webhook/sign.ts";
import { createWebhook, type WebhookOptions } from "../../../lib/notify/webhook/webhook.ts";
import type { AnyNotice } from "../../../lib/outbox/delivery.ts";
import { at } from "../../builders.ts";
import { listen, type Received, receiver, status } from "../loopback.ts";
import { aNotice, digest, heartbeat, knowledge, storm, wave } from "../samples.ts";

const never = new AbortController().signal;
const oldSecret = `whsec_${Buffer.from("an invented key of 32 bytes, old").toString("base64")}`;
const newSecret = `whsec_${Buffer.from("an invented key of 32 bytes, new").toString("base64")}`;

async function sent(change: Partial<WebhookOptions> = {}, notice: AnyNotice = aNotice()): Promise<Received> {
	const { base, received } = await receiver(status(200));
	const options: WebhookOptions = {
		url: `${base}/hook`,
		keys: [],
		format: "finding",
		header: undefined,
		allowAddress: () => true,
		post: createPost({ timeoutMs: 60_000 }),
		knowledge,
		clock: () => new Date(),
		...change,
	};
	expect(await createWebhook(options).send(notice, never)).toEqual({ ok: true, proof: "confirmed" });
	const [one] = received;
	if (one === undefined) throw new Error("nothing was sent");
	return one;
}

function keysOf(text: string): readonly Buffer[] {
	const keys = readSecrets(text);
	if (keys === undefined) throw new Error("these are no secrets");
	return keys;
}

function verify(secret: string, { body, headers }: Pick<Received, "body" | "headers">): unknown {
	return new Webhook(secret).verify(body, headers as Record<string, string>);
}

describe("the signature", () => {
	test("is accepted by the Standard Webhooks library", async () => {
		const one = await sent({ keys: keysOf(newSecret) });
		expect(verify(newSecret, one)).toMatchObject({ type: "finding.created", data: { id: "cf-3f9c2a7d5110" } });
	});

	test("is accepted with the old and with the new key while keys change", async () => {
		const one = await sent({ keys: keysOf(`${newSecret} ${oldSecret}`) });
		expect(verify(newSecret, one)).toEqual(verify(oldSecret, one));
	});

	test("is refused with another key, for a changed body, for another id and after six minutes", async () => {
		const one = await sent({ keys: keysOf(newSecret) });
		expect(() => verify(oldSecret, one)).toThrow("No matching signature");
		expect(() => verify(newSecret, { ...one, body: one.body.replace("medium", "low") })).toThrow("No matching signature");
		expect(() => verify(newSecret, { ...one, headers: { ...one.headers, "webhook-id": "cf-3f9c2a7d5110-2" } })).toThrow(
			"No matching signature",
		);
		const late = await sent({ keys: keysOf(newSecret), clock: () => new Date(Date.now() - 6 * 60_000) });
		expect(() => verify(newSecret, late)).toThrow("too old");
	});

	test("is made as the specification says, over id, seconds and body", async () => {
		const one = await sent({ keys: keysOf(newSecret), clock: () => at("21T19:36:12.900") });
		expect(one.headers["webhook-id"]).toBe("cf-3f9c2a7d5110-1");
		expect(one.headers["webhook-timestamp"]).toBe("1795289772");
		expect(one.headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
	});

	test("is left out when there is no secret", async () => {
		const { headers } = await sent();
		expect(headers).not.toHaveProperty("webhook-signature");
		expect(headers["webhook-id"]).toBe("cf-3f9c2a7d5110-1");
	});
});

test("a header of the operator's own is sent along", async () => {
	const { headers } = await sent({ header: { name: "Authorization", value: "Bearer synthetic" } });
	expect(headers["authorization"]).toBe("Bearer synthetic");
});

test("what gathers findings for chats is never posted", async () => {
	for (const notice of [storm, wave, digest, heartbeat])
		await expect(sent({}, notice), notice.type).rejects.toThrow(`a webhook takes no message of type ${notice.type}`);
});

test("an address that is not allowed gets nothing", async () => {
	let connections = 0;
	const base = await listen((_request, response) => {
		connections += 1;
		response.end();
	});
	const webhook = createWebhook({
		url: base.replace("127.0.0.1", "localhost"),
		keys: [],
		format: "finding",
		header: undefined,
		allowAddress: () => false,
		post: createPost({ timeoutMs: 60_000 }),
		knowledge,
		clock: () => new Date(),
	});
	expect(await webhook.send(aNotice(), never)).toMatchObject({ ok: false, reason: "network", ambiguous: false });
	expect(connections).toBe(0);
});

describe("a secret", () => {
	const ofBytes = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;

	test.each([24, 32, 64])("of %i bytes is taken", (bytes) => {
		expect(readSecrets(ofBytes(bytes))).toHaveLength(1);
	});

	test.each([ofBytes(23), ofBytes(65), "whsec_", "c2VjcmV0", "whsec_!!!", `${ofBytes(32)} nonsense`])("%s is refused", (text) => {
		expect(readSecrets(text)).toBeUndefined();
	});

	test("may have a second one beside it", () => {
		expect(readSecrets(` ${ofBytes(24)}   ${ofBytes(32)} `)).toHaveLength(2);
	});
});
