import { matchAt } from "../../secrets/base64.ts";
import { pastSeparators, unlessMarker, valueAfter, wordEnd } from "../../secrets/secret-value.ts";
import { each, type TextRange } from "../../secrets/text-range.ts";
import type { ToolSecrets } from "../../secrets/tool-secrets.ts";
import { plainCredentials } from "./token.ts";

const serviceInstall = /service["'\s,^]{1,12}install(?![\w-])/gi;
const option = /-[^\s"',]*/y;
/** `tunnel create -s SECRET` */
const createSecret = /\s-s(?![\w-])/g;

/** Where cloudflared's secrets stand: flags and variables of its own flag list, headers of Access. */
export const cloudflaredSecrets: ToolSecrets = {
	flags: ["service-token-secret", "secret-id", "session-token", "access-key-id", "api-ca-key", "credentials-contents"],
	variables: [
		...["TOKEN", "CRED_CONTENTS", "CREATE_SECRET", "SERVICE_TOKEN_SECRET", "MANAGEMENT_TOKEN", "API_KEY", "API_CA_KEY"].map(
			(name) => `TUNNEL_${name}`,
		),
		...["ACCESS_CLIENT_ID", "SECRET_ID", "SESSION_TOKEN_ID"],
	],
	keys: ["cf_authorization"],
	byValue: plainCredentials,
	byPosition: (text) => [
		...(/service/i.test(text) ? each(text, serviceInstall, installed) : []),
		...(/tunnel/i.test(text) && /create/i.test(text) ? each(text, createSecret, valueAfter) : []),
	],
};

/** `service install VALUE`: the first word that is no option, up to the last one that is long enough for a token. */
function installed(text: string, from: number): TextRange | undefined {
	let span: TextRange | undefined;
	let valueSeen = false;
	let at = from;
	for (let words = 0; words < 12; words++) {
		const start = pastSeparators(text, at);
		// An option ends at a comma too: else the rest of a text without blanks would be read again for each install in it.
		at = text[start] === "-" ? start + matchAt(option, text, start).length : wordEnd(text, start);
		if (at === start || /[&|;<>]/.test(text[start] ?? "")) break;
		if (text[start] === "-" || (valueSeen && at - start < 20)) continue;
		valueSeen = true;
		if (unlessMarker(text, start, at) !== undefined) span = { start: span?.start ?? start, end: at };
	}
	return span;
}
