import * as z from "zod";
import { isLoopbackHost } from "../http/url-check.ts";
import type { DestinationKind } from "../kind.ts";
import { createPortal } from "../portal.ts";
import type { PortalSettings } from "../portal-settings.ts";
import { isAllowedAddress, isLoopbackAddress } from "./address.ts";
import { readSecrets } from "./sign.ts";
import { checkWebhookUrl } from "./url.ts";
import { createWebhook, type WebhookOptions } from "./webhook.ts";

export const webhookSettings = {
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
};

type WebhookSettings = z.output<z.ZodObject<typeof webhookSettings>> & PortalSettings;

export const webhook: DestinationKind<WebhookSettings> = {
	name: "webhook",
	create: (settings, { post, clock, rules, allowLoopback }) => {
		const { WEBHOOK_URL: url, WEBHOOK_ALLOW_PRIVATE: allowPrivate } = settings;
		if (url === undefined) return { state: "off" };
		const check = checkWebhookUrl(url, { allowPrivate, allowLoopback });
		if (!check.ok) return { state: "wrong", mistake: `WEBHOOK_URL: ${check.problem}` };
		const toLoopback = allowLoopback && isLoopbackHost(new URL(url));
		return {
			state: "ready",
			destination: createWebhook({
				url,
				keys: readSecrets(settings.WEBHOOK_SECRET ?? "") ?? [],
				format: settings.WEBHOOK_FORMAT,
				header: readHeader(settings.WEBHOOK_HEADER ?? ""),
				allowAddress: toLoopback ? isLoopbackAddress : (address) => isAllowedAddress(address, { allowPrivate }),
				post,
				clock,
				knowledge: { rules, portal: createPortal(settings.PORTAL_URL) },
			}),
			warning: check.warning,
		};
	},
};

/** `undefined` when it is no header, or one that would break the request or its signature. */
function readHeader(text: string): WebhookOptions["header"] {
	const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(text) ?? [];
	if (name === undefined || value === undefined) return undefined;
	return /^(webhook-.*|content-.*|host|connection|transfer-encoding|upgrade|expect|te|trailer)$/i.test(name) ? undefined : { name, value };
}
