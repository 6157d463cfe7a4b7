import { describe, expect, test } from "vitest";
import { redact } from "../../lib/families/redact.ts";
import { knownShapes } from "../../lib/secrets/known-secrets.ts";
import { toolsBeside } from "../../lib/secrets/tools-beside.ts";

describe("the password of a tool that is started beside a tunnel is removed, and what ran stays", () => {
	test.each(toolsBeside.map(({ example }) => example))("%s", (example) => {
		const redacted = redact(`cmd /c "C:\\x\\cloudflared.exe tunnel run --token-file t" & ${example}`);
		expect(redacted).not.toContain("qqq7qqq7");
		expect(redacted).toContain("cloudflared.exe tunnel run --token-file t");
		expect(redacted).toContain(example.split(" ")[0]);
	});
});

describe("a secret that tells by itself what it is is removed wherever it stands", () => {
	test.each(knownShapes.map(({ example }) => example))("%s%s", (start, rest) => {
		const secret = start + rest;
		expect(redact(`tool ${secret} -v`)).not.toContain(rest.slice(-16));
		expect(redact(`x=${secret};y`)).not.toContain(rest.slice(-16));
	});

	// cmd drops the caret, PowerShell the backtick, both take two quotes for none.
	test.each([["^"], ["`"], ['""']])("also where a shell drops %s inside of it, at every place", (dropped) => {
		for (const [start, rest] of knownShapes.map(({ example }) => example)) {
			const secret = start + rest;
			for (let at = 1; at < secret.length; at++) {
				const text = `set X=${secret.slice(0, at)}${dropped}${secret.slice(at)}& tool`;
				// What a shell would give the tool must not be there to read, nor most of the secret.
				if (!isJoined(secret, at)) continue;
				expect(redact(text).replaceAll(dropped, ""), text).not.toContain(secret);
			}
		}
	});
});

/** An address is cut at its host by nobody: there the shell's sign stands between two words. */
function isJoined(secret: string, at: number): boolean {
	return /[\w.+/=-]/.test(secret[at - 1] ?? "") && /[\w.+/=-]/.test(secret[at] ?? "");
}

describe("names in other languages and other notations announce a secret too", () => {
	test.each([
		"tool --kennwort qqq7qqq7",
		"tool --otp qqq7qqq7",
		"setup.exe /token qqq7qqq7",
		"<Password>qqq7qqq7</Password>",
		"<AdminPassword><Value>qqq7qqq7</Value></AdminPassword>",
		"https://h/?u=token%3Dqqq7qqq7",
		"https://s3/x?X-Amz-Signature=qqq7qqq7&a=b",
		"cloudflared tunnel run --to^ken qqq7qqq7",
		"cloudflared tunnel run --to`ken qqq7qqq7",
		'net user "bob smith" qqq7qqq7 /add',
		"ConvertTo-SecureString -AsPlainText -Force -String qqq7qqq7",
		"wmiexec.py contoso/adm:qqq7qqq7@192.0.2.7",
		"git clone https://qqq7qqq7qqq7qqq7@git.example.com/a",
	])("%s", (text) => {
		expect(redact(text)).not.toContain("qqq7qqq7");
	});
});

describe("evidence is kept", () => {
	test.each([
		[
			"a program behind a flag that is named like a secret",
			"x.exe --password C:\\x\\cloudflared.exe tunnel run",
			"cloudflared.exe tunnel run",
		],
		[
			"what follows a header of a key without an end",
			"echo -----BEGIN PRIVATE KEY----- & cloudflared tunnel --url rdp://localhost",
			"cloudflared tunnel --url rdp",
		],
		["a published port beside a user", "docker run -u 1000 -p 8080:80 cloudflare/cloudflared tunnel", "-p 8080:80 cloudflare"],
		["a hash", "certutil -hashfile a 3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2", "3c1f9b2d77a0c1be"],
	])("%s", (_what, text, kept) => {
		expect(redact(text)).toContain(kept);
	});
});

test("a token written as bytes, backwards, three times over or in pieces is removed", () => {
	const json =
		'{"a":"0123456789abcdef0123456789abcdef","t":"6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30","s":"U1lOVEhFVElDLUVYQU1QTEUtTk9ULUEtU0VDUkVU"}';
	const token = Buffer.from(json).toString("base64");
	const thrice = Buffer.from(Buffer.from(token).toString("base64")).toString("base64");
	const [one, two, three] = [token.slice(0, 70), token.slice(70, 140), token.slice(140)];

	expect(redact(`xxd -r -p <<< ${Buffer.from(json).toString("hex")}`)).toMatch(/<<< \[removed: \d+ characters\]$/);
	expect(redact(`[char[]](${[...Buffer.from(token)].join(",")})`)).toMatch(/^\[char\[\]\]\(\[removed: \d+ characters\]\)$/);
	expect(redact(`$t='${[...token].reverse().join("")}'`)).not.toContain([...(two ?? "")].reverse().join(""));
	expect(redact(`x ${thrice} y`)).not.toContain(thrice.slice(60, 100));
	expect(redact(`set a=${one}&& set b=${two}&& set c=${three}&& cloudflared tunnel run --token %a%%b%%c%`)).not.toContain(three);
});
