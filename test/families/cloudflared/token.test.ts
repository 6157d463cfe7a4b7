import { describe, expect, test } from "vitest";
import { findTunnels, readTunnelId } from "../../../lib/families/cloudflared/token.ts";
import { account, base64, credentials, pieces, secret, token, tokenInItsOwnOrder, tokenShapes, tunnelId } from "./tokens.ts";

describe("a tunnel token tells whose tunnel it is", () => {
	test.each(tokenShapes)("with $name", ({ text }) => {
		const tunnels = findTunnels(`svc.exe tunnel run --token ${text} --loglevel debug`).map(({ tunnel }) => tunnel);

		expect(tunnels).toMatchObject([{ account, tunnelId, fingerprint: "4ca9e3de" }]);
	});

	test.each([
		["quoted", `"${token}"`],
		["after an equals sign", `--token=${token}`],
		["assigned to a variable", `set TUNNEL_TOKEN=${token}&& cloudflared tunnel run`],
		["in a folder's name", `/srv/tokens/${token}`],
		["in an address", `https://files.example.com/get?t=${token}&x=1`],
		["in a line of a configuration file", `tunnel: web\ntoken: ${token}\n`],
		["wrapped over lines", pieces(token, 64).join("\r\n")],
		["cut into quoted pieces", pieces(token, 40).join('" + "')],
		["in a shell inside a shell", `cmd /c "bash -c 'cloudflared service install ${token}'"`],
	])("%s", (_, text) => {
		expect(findTunnels(text).map(({ tunnel }) => tunnel)).toMatchObject([{ account, tunnelId, fingerprint: "4ca9e3de" }]);
	});

	test.each([
		["as a file", credentials],
		["with escaped quotes", credentials.replaceAll('"', '\\"')],
		["with its quotes eaten by a shell", credentials.replaceAll('"', "")],
		["with blanks around names and colons", credentials.replace(/([{,])"(\w+)":/g, '$1 \n"$2" : ')],
		["with names in lower case and single quotes", credentials.toLowerCase().replaceAll('"', "'")],
	])("so do credentials %s", (_, text) => {
		expect(findTunnels(`--credentials-contents ${text} tunnel run`)).toMatchObject([{ tunnel: { account, tunnelId } }]);
	});
});

describe("a token cut short", () => {
	test("tells the account from its 51st character on", () => {
		expect(findTunnels(token.slice(0, 50))).toEqual([]);
		expect(findTunnels(token.slice(0, 51))).toMatchObject([{ tunnel: { account, tunnelId: "", fingerprint: "" } }]);
	});

	test("tells the tunnel from its 108th character on", () => {
		expect(findTunnels(token.slice(0, 107))[0]?.tunnel.tunnelId).toBe("");
		expect(findTunnels(token.slice(0, 108))).toMatchObject([{ tunnel: { account, tunnelId, fingerprint: "" } }]);
	});

	test("has no fingerprint, because half a secret would give another one", () => {
		expect(findTunnels(token.slice(0, 150))[0]?.tunnel.fingerprint).toBe("");
	});
});

test("the government's endpoint is told", () => {
	expect(findTunnels(tokenInItsOwnOrder)[0]?.tunnel.endpoint).toBe("fed");
});

test("two tokens in one text are two tunnels, in the order they stand", () => {
	const other = base64(`{"a":"ffffffffffffffffffffffffffffffff","t":"${tunnelId}","s":"${secret}"}`);

	expect(findTunnels(`--token ${other} --token ${token}`).map(({ tunnel }) => tunnel.account)).toEqual([
		"ffffffffffffffffffffffffffffffff",
		account,
	]);
});

test.each([" ", '" "', "\\r\\n", ", ", "\n"])(
	"the beginning of a token before another one, with %j between them, hides nothing of it",
	(between) => {
		const other = base64(`{"a":"ffffffffffffffffffffffffffffffff","t":"${tunnelId}","s":"${secret}"}`);
		const hidden = [...token]
			.map((_, length) => `# ${token.slice(0, length)}${between}${other}`)
			.filter((text) => !findTunnels(text).some(({ tunnel }) => tunnel.account === "ffffffffffffffffffffffffffffffff"));

		expect(hidden).toEqual([]);
	},
);

test("a token behind much that only begins like one is found", () => {
	const webToken = `${base64('{"alg":"HS256","typ":"JWT"}').replace(/=+$/, "")}.${base64('{"sub":"1"}')}.c2ln `;

	expect(findTunnels(`${webToken.repeat(200)} ${token}`)).toMatchObject([{ tunnel: { account } }]);
	expect(findTunnels(`${'{"a":"0123","b":"something else entirely"} '.repeat(200)} ${credentials}`)).toMatchObject([
		{ tunnel: { account } },
	]);
});

test.each([
	["a web token", `${base64('{"alg":"HS256","typ":"JWT"}').replace(/=+$/, "")}.${base64('{"sub":"1"}')}.c2ln`],
	["JSON without a tunnel", base64(`{"a":"${account}","b":"something else entirely"}`)],
	["an account that is too short", base64(`{"a":"0123","t":"${tunnelId}","s":"${secret}"}`)],
	["a folder that looks like base64", "/usr/local/lib/python3/dist/packages/cloudflared/abcdef/ghijkl/mnopqr"],
	["nothing", ""],
])("%s is no tunnel token", (_, text) => {
	expect(findTunnels(text)).toEqual([]);
});

test("what is found never holds the secret", () => {
	expect(JSON.stringify(findTunnels(`x ${token} ${credentials}`))).not.toContain(secret);
});

test.each([
	["6F2B8C1E-4D3A-4B7F-9E10-2A5C7D9E1F30", tunnelId],
	["{6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30}", tunnelId],
	["urn:uuid:6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30", tunnelId],
	["6f2b8c1e4d3a4b7f9e102a5c7d9e1f30", tunnelId],
	["6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f3", undefined],
	["my-tunnel", undefined],
])("the tunnel id %s reads as %s", (text, expected) => {
	expect(readTunnelId(text)).toBe(expected);
});
