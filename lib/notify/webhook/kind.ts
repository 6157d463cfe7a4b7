import * as z from "zod";
import { isLoopbackHost } from "../http/url-check.ts";
import { destinationKind } from "../kind.ts";
import { isAllowedAddress, isLoopbackAddress } from "./address.ts";
import { readSecrets } from "./sign.ts";
import { checkWebhookUrl } from "./url.ts";
import { createWebhook, type WebhookOptions } from "./webhook.ts";

export const webhook = destinationKind({
	name: "webhook",
	audience: "machine",
	settings: {
		WEBHOOK_URL: z.string().optional().describe("Address of a receiver of your own, https. Empty = no webhook."),
		WEBHOOK_SECRET: z
			.string()
			.refine((text) => readSecrets(text) !== undefined, "write whsec_ and 24 to 64 random bytes in base64; several separated by blanks")
			.optional()
			.describe("Key that signs each post (`whsec_…`, Standard Webhooks). Two keys separated by a blank while you change them."),
		WEBHOOK_FORMAT: z
			.enum(["finding", "ocsf"], { error: "write finding or ocsf" })
			.default("finding")
			.describe("Body of a post: `finding` (docs/webhook.md) or `ocsf` (Detection Finding 1.8.0)."),
		WEBHOOK_HEADER: z
			.string()
			.refine((text) => readHeader(text) !== undefined, "write Name: value; names of the signature and of HTTP itself are taken")
			.optional()
			.describe("One more header, such as `Authorization: Bearer …`."),
		WEBHOOK_ALLOW_PRIVATE: z
			.enum(["true", "false"], { error: "write true or false" })
			.prefault("false")
			.transform((text) => text === "true")
			.describe("`true` lets the webhook reach private addresses. Metadata addresses stay closed."),
	},
	address: "WEBHOOK_URL",
	secrets: ["WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_HEADER"],
	example: { WEBHOOK_URL: "https://receiver.example.com/hook/example?key=example" },
	fixes: {
		network:
			"Check host and port of the address, name resolution, and that outgoing HTTPS is open. For a receiver in your own network set WEBHOOK_ALLOW_PRIVATE to true.",
		rejected: "The receiver must take our body: see docs/webhook.md.",
	},
	check: ({ WEBHOOK_URL: url = "", WEBHOOK_ALLOW_PRIVATE: allowPrivate }, { allowLoopback }) =>
		checkWebhookUrl(url, { allowPrivate, allowLoopback }),
	create: (settings, { post, clock, knowledge, allowLoopback }) => {
		const { WEBHOOK_URL: url = "", WEBHOOK_ALLOW_PRIVATE: allowPrivate } = settings;
		const toLoopback = allowLoopback && isLoopbackHost(new URL(url));
		return createWebhook({
			url,
			keys: readSecrets(settings.WEBHOOK_SECRET ?? "") ?? [],
			format: settings.WEBHOOK_FORMAT,
			header: readHeader(settings.WEBHOOK_HEADER ?? ""),
			allowAddress: toLoopback ? isLoopbackAddress : (address) => isAllowedAddress(address, { allowPrivate }),
			post,
			clock,
			knowledge,
		});
	},
});

/** `undefined` when it is no header, or one that would break the request or its signature. */
function readHeader(text: string): WebhookOptions["header"] {
	const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(text) ?? [];
	if (name === undefined || value === undefined) return undefined;
	return /^(webhook-.*|content-.*|host|connection|transfer-encoding|upgrade|expect|te|trailer)$/i.test(name) ? undefined : { name, value };
}
