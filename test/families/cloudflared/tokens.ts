/** Synthetic tokens in every form that cloudflared's parser takes, and one more step of disguise. All secrets are invented. */

export const account = "0123456789abcdef0123456789abcdef";
export const tunnelId = "6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30";
const plainSecret = "SYNTHETIC-EXAMPLE-NOT-A-SECRET-0";
export const secret = base64(plainSecret);

/** The example of the documentation: keys in the order a, t, s. */
export const token = base64(`{"a":"${account}","t":"${tunnelId}","s":"${secret}"}`);
/** As cloudflared itself writes it. */
export const tokenInItsOwnOrder = base64(`{"a":"${account}","s":"${secret}","t":"${tunnelId}","e":"fed"}`);
export const credentials = `{"AccountTag":"${account}","TunnelSecret":"${secret}","TunnelID":"${tunnelId}"}`;

export function base64(text: string): string {
	return Buffer.from(text, "latin1").toString("base64");
}

/** As PowerShell's `-EncodedCommand` takes it. */
export function wide(text: string): string {
	return Buffer.from(text, "utf16le").toString("base64");
}

export function pieces(text: string, length: number): readonly string[] {
	return text.match(new RegExp(`.{1,${length}}`, "gs")) ?? [];
}

/** The shapes of one secret, each named by what it shows. */
export const tokenShapes: readonly { readonly name: string; readonly text: string }[] = [
	{ name: "keys in the order a, t, s", text: token },
	{ name: "keys in the order a, s, t, e", text: tokenInItsOwnOrder },
	{ name: "the tunnel first", text: base64(`{"t":"${tunnelId}","a":"${account}","s":"${secret}"}`) },
	{ name: "the secret first", text: base64(`{"s":"${secret}","t":"${tunnelId}","a":"${account}"}`) },
	{ name: "keys in capitals", text: base64(`{"A":"${account}","T":"${tunnelId}","S":"${secret}"}`) },
	{ name: "white space and an extra key", text: base64(`{\n\t"x": 1, "a": "${account}", "t": "${tunnelId}", "s": "${secret}" }`) },
	{ name: "a tunnel in braces", text: base64(`{"a":"${account}","t":"{${tunnelId}}","s":"${secret}"}`) },
	{ name: "a tunnel without dashes", text: base64(`{"a":"${account}","t":"${tunnelId.replaceAll("-", "")}","s":"${secret}"}`) },
	{ name: "a tunnel as a URN", text: base64(`{"a":"${account}","t":"urn:uuid:${tunnelId}","s":"${secret}"}`) },
	{ name: "a credentials file", text: base64(credentials) },
	{ name: "base64 again", text: base64(token) },
	{ name: "base64 twice again", text: base64(base64(token)) },
	{ name: "base64 of UTF-16LE", text: wide(token) },
	{ name: "base64 of the JSON in UTF-16LE", text: wide(`{"a":"${account}","t":"${tunnelId}","s":"${secret}"}`) },
];
