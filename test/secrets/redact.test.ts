import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloudflaredSecrets } from "../../lib/families/cloudflared/secrets.ts";
import { createRedact } from "../../lib/secrets/redact.ts";
import { clipped, redactedText } from "../../lib/secrets/redacted.ts";
import { anyCharacter } from "../any-character.ts";
import { base64, pieces, secret, token, tokenShapes, wide } from "../families/cloudflared/tokens.ts";
import { canaries } from "./canaries.ts";

const redact = createRedact([cloudflaredSecrets]);

/** `npm test` checks a share; CI of a release raises it. */
const outputs = Number(process.env["CANARY_OUTPUTS"] ?? 5_000);

describe("what is removed shows its length, and nothing else changes", () => {
	test.each([
		[
			`cloudflared.exe tunnel run --token ${token} --loglevel debug`,
			"cloudflared.exe tunnel run --token [removed: 180 characters] --loglevel debug",
		],
		[`cmd /c "cloudflared tunnel run --token=${token}" & dir`, 'cmd /c "cloudflared tunnel run --token=[removed: 180 characters]" & dir'],
		["x --token abc run", "x --token [removed: 3 characters] run"],
		["x -TOKEN:abc run", "x -TOKEN:[removed: 3 characters] run"],
		[
			'sc create c binPath= "\\"C:\\a b\\c.exe\\" tunnel run --token \\"abc\\"" start= auto',
			'sc create c binPath= "\\"C:\\a b\\c.exe\\" tunnel run --token \\"[removed: 3 characters]\\"" start= auto',
		],
		[
			"Start-Process c.exe -ArgumentList tunnel,run,--token,abc",
			"Start-Process c.exe -ArgumentList tunnel,run,--token,[removed: 3 characters]",
		],
		["<string>--token</string> <string>abc</string>", "<string>--token</string> <string>[removed: 3 characters]</string>"],
		['setx TUNNEL_TOKEN "abc def" /M', 'setx TUNNEL_TOKEN "[removed: 7 characters]" /M'],
		["https://bob:p@ss@h.example/x?token=abc&y=1", "https://bob:[removed: 4 characters]@h.example/x?token=[removed: 3 characters]&y=1"],
		["cloudflared service install abcdef && dir", "cloudflared service install [removed: 6 characters] && dir"],
		[
			`powershell -enc ${wide("cf tunnel run --token abc -x")} -nop`,
			"powershell -enc [decoded: cf tunnel run --token [removed: 3 characters] -x] -nop",
		],
		["net user bob Passw0rd /add", "net user bob [removed: 8 characters] /add"],
		["service install service install service install", "service install [removed: 7 characters] install service install"],
		['{"Command":"cf --token \\u0022abc def\\u0022 -x"}', '{"Command":"cf --token "[removed: 7 characters]" -x"}'],
		[`--token ${token.slice(0, 40)}\\u002B${token.slice(40)} -x`, "--token [removed: 181 characters] -x"],
		[`powershell \u2013enc ${wide("cf --token abc")}`, "powershell \u2013enc [decoded: cf --token [removed: 3 characters]]"],
		["net use \\\\192.0.2.7\\c$ /user:CONTOSO\\bob Passw0rd", "net use \\\\192.0.2.7\\c$ /user:CONTOSO\\bob [removed: 8 characters]"],
		["curl -u bob:hunter2 https://h.example", "curl -u bob:[removed: 7 characters] https://h.example"],
		['ConvertTo-SecureString "P w" -AsPlainText', 'ConvertTo-SecureString "[removed: 3 characters]" -AsPlainText'],
		[
			"[Environment]::SetEnvironmentVariable('TUNNEL_TOKEN','abc','User')",
			"[Environment]::SetEnvironmentVariable('TUNNEL_TOKEN','[removed: 3 characters]','User')",
		],
		['x --secret "ab""cd ef" run', 'x --secret "[removed: 9 characters]" run'],
		[`curl ${webToken} -v`, "curl [removed: 46 characters] -v"],
		["mysql -u root -phunter22 db", "mysql -u root -p[removed: 8 characters] db"],
		["az login -u ana -p hunter22 --tenant t", "az login -u ana -p [removed: 8 characters] --tenant t"],
		["x -Credential bob:hunter2 -Force", "x -Credential bob:[removed: 7 characters] -Force"],
		['curl -u "bob:horse battery" x', 'curl -u "bob:[removed: 13 characters]" x'],
		['cmd /c "curl -u \\"bob:a b\\" x"', 'cmd /c "curl -u \\"bob:[removed: 3 characters]\\" x"'],
		["azcopy copy a sig=abc&se=2027-01-01", "azcopy copy a sig=[removed: 3 characters]&se=2027-01-01"],
		[`tool ${amazonId}:${"aB1/".repeat(10)} -x`, "tool [removed: 20 characters]:[removed: 40 characters] -x"],
		[`git clone ${githubToken} x`, "git clone [removed: 40 characters] x"],
	])("%s", (text, expected) => {
		expect(redact(text)).toBe(expected);
	});

	test.each([
		['"C:\\Program Files\\cloudflared\\cloudflared.exe" tunnel run --token-file C:\\ProgramData\\cloudflared\\token'],
		["cloudflared tunnel --url rdp://localhost:3389"],
		["cloudflared tunnel run --credentials-file C:\\x\\6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30.json web"],
		["/usr/local/lib/python3/dist/packages/cloudflared/abcdef/ghijkl/mnopqr"],
		["HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Cloudflared"],
		["System.Core, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089"],
		["3c1f9b2d77a0c1be43f3a5b9d1e26c8870fb5d9a4e61c03f2b7a98d4510ce6f2"],
		['powershell.exe -NoProfile -ExecutionPolicy Bypass -File "C:\\x\\y.ps1"'],
		["docker run --rm --name web -p 8080:80 nginx:1.27"],
		["az network vnet create -g web -n web -p 10.0.0.0/16"],
		["x -Credential CONTOSO\\bob -Path C:\\y"],
		["x -Credential C:\\keys\\bob.xml"],
		["git checkout da39a3ee5e6b4b0d3255bfef95601890afd80709"],
		["ghp_readme.md xoxo github_pat_list design=new"],
		[""],
	])("%s stays as it is", (text) => {
		expect(redact(text)).toBe(text);
	});
});

describe("each name that announces a secret is enough by itself", () => {
	test.each([
		...["token", "service-token-secret", "secret", "secret-id", "session-token", "access-key-id", "api-key", "api-ca-key"].map(
			(name) => `--${name} qqq`,
		),
		...["credentials-contents", "client-secret", "auth-token", "password", "passwd", "passphrase", "pass", "pwd", "pw"].map(
			(name) => `-${name}=qqq`,
		),
		...["TOKEN", "CRED_CONTENTS", "CREATE_SECRET", "SERVICE_TOKEN_SECRET", "MANAGEMENT_TOKEN", "API_KEY", "API_CA_KEY"].map(
			(name) => `TUNNEL_${name} qqq`,
		),
		...["SECRET_ID", "SESSION_TOKEN_ID", "ACCESS_CLIENT_ID"].map((name) => `${name}=qqq`),
		...[
			"password",
			"passwd",
			"passphrase",
			"pwd",
			"secret",
			"token",
			"apikey",
			"api_key",
			"credential",
			"access_key",
			"CF_Authorization",
			"AccountKey",
			"SharedAccessKey",
			"account-key",
			"aws_secret_access_key",
			"aws_session_token",
		].map((name) => `${name}: qqq`),
		...["CF-Access-Client-Secret", "cf-access-token", "X-Auth-Key", "X-Api-Key"].map((name) => `${name}: qqq`),
		...["token", "sig", "signature", "key", "secret", "password", "code", "access_token"].map((name) => `x?${name}=qqq`),
		...[
			"Authorization: Bearer qqq",
			"Authorization: Basic qqq",
			"bearer qqq",
			...["account-key", "storageAccountKey", "access-key", "SecretKey", "aws-secret-access-key", "SasToken"].map(
				(name) => `x --${name} qqq`,
			),
			"aws configure set aws_secret_access_key qqq",
			"x /p:qqq",
			"x /password:qqq",
			"x /rp qqq",
			'{"s":"qqq"}',
			"ssh://a:qqq@b",
		],
		...[
			"psexec -p qqq",
			"plink -pw qqq",
			"mysql -pqqq",
			"sqlcmd -P qqq",
			"curl -u a:qqq x",
			"az login -p qqq",
			'"C:\\wbin\\az.cmd" login -u a -p qqq',
			"az acr login -n r -p qqq",
			"python -IBm azure.cli login -p=qqq",
			"docker login -u a -p qqq",
			"x -Credential a:qqq",
			"x -cred:CONTOSO\\a:qqq",
			"sig=qqq",
			"https://a.example/?to=https%3A%2F%2Fb%3Fsig%3Dqqq%26x",
			"tunnel create -s qqq",
			"ConvertTo-SecureString qqq",
		],
		...["net user a qqq", "net use * /user:a qqq", "service install qqq", "-----BEGIN RSA PRIVATE KEY----- qqq"],
		`MIIEvQ${"qqq".repeat(20)}`,
		`b3BlbnNzaC1rZXk${"qqq".repeat(20)}`,
		...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) => `${kind}_${"qqq".repeat(12)}`),
		`${"github"}_pat_${"qqq".repeat(12)}`,
		...["xoxb", "xoxp", "xoxe.xoxp", "xapp"].map((kind) => `${kind}-1-${"qqq".repeat(12)}`),
		`${amazonId} ${"q".repeat(40)}`,
	])("%s", (text) => {
		expect(redact(text)).toMatch(/\[removed: \d+ characters\]/);
		expect(redact(text)).not.toContain("qqq");
	});
});

describe("no secret survives", () => {
	test.each(canaries)("$name", ({ text, secrets }) => {
		expectNone(redact(text), secrets);
	});

	test("fifty shapes of it", () => {
		expect(canaries).toHaveLength(50);
	});

	test("in any of the token's shapes, in any syntax, in any nesting", () => {
		let cases = 0;
		for (const { text: shaped } of tokenShapes) {
			for (const syntax of syntaxes) {
				for (const nesting of nestings) {
					const text = nesting(syntax(shaped));
					const redacted = redact(text);
					expectNone(redacted, [shaped.slice(30, 70), shaped.slice(-60, -20), secret]);
					expect(redact(redacted)).toBe(redacted);
					cases++;
				}
			}
		}
		expect(cases).toBeGreaterThanOrEqual(200);
	});

	test(`in ${outputs} texts built at random around the fifty shapes`, () => {
		fc.assert(
			fc.property(fc.constantFrom(...canaries), noise, noise, fc.constantFrom(...nestings), (canary, before, after, nest) => {
				const redacted = redact(nest(`${before} ${canary.text} ${after}`));
				expectNone(redacted, canary.secrets);
				expect(redact(redacted)).toBe(redacted);
			}),
			{ numRuns: outputs },
		);
	});
});

describe("hostile text", () => {
	test("never makes it throw, and what was removed once stays as it is", () => {
		fc.assert(
			fc.property(fc.oneof(noise, fc.string({ unit: anyCharacter, maxLength: 400 })), (text) => {
				const redacted = redact(text);
				expect(redact(redacted)).toBe(redacted);
			}),
			{ numRuns: 5_000 },
		);
	});

	test.each([
		"eyJ",
		"eyJhIjoi ",
		"eHh4",
		"AAAA",
		"--token ",
		'--token "',
		"password=",
		"password ",
		"://a:",
		"{",
		'{"a":"',
		"mysql -p ",
		"service install ",
		"-e ",
		"-----BEGIN PRIVATE KEY-----",
		"\\",
		'"',
		" ",
		"[removed: 3 characters]",
		"net use a ",
		"TUNNEL_TOKEN /t ",
		"ghp_",
		"github_pat_",
		"AKIA",
		`${amazonId} `,
		`${amazonId}/`,
		"xoxb-",
		"xoxe.",
		"az ",
		"az login -p ",
		"-Credential a:",
		'-Credential "a:',
		"-cred=",
		"sig=",
		"%26key",
		"AccountKey=",
		`${token} `,
		base64(token),
	])("half a megabyte of %s is read in linear time: a quadratic reading would take minutes", (piece) => {
		const text = piece.repeat(Math.ceil(524_288 / piece.length));
		const redacted = redact(text);

		expect(redact(redacted)).toBe(redacted);
	});

	test("a secret behind a megabyte of noise is found", () => {
		expect(redact(`${"x ".repeat(524_288)}--token abc`).endsWith("--token [removed: 3 characters]")).toBe(true);
	});

	test("encoding inside encoding without end is removed whole", () => {
		let text = "cf --token abc";
		for (let layer = 0; layer < 9; layer++) text = `powershell -enc ${wide(text)}`;

		expect(redact(text)).toBe(`[removed: ${text.length} characters]`);
	});

	test("of 500 secrets each is removed by itself, of more everything between them", () => {
		expect(redact("--token abc ".repeat(500)).match(/removed/g)).toHaveLength(500);
		expect(redact(`x ${"--token abc ".repeat(501)}y`)).toBe("x --token [removed: 6003 characters] y");
	});

	test("zeros between the characters hide nothing", () => {
		expect(redact([...`--token ${token}`].join("\0"))).toBe("--token [removed: 180 characters]");
	});
});

test("our own sentences take redacted parts and numbers only", () => {
	const user = redact("CONTOSO\\j.meyer");

	expect(redactedText`Started by ${user}, ${3} times.`).toBe("Started by CONTOSO\\j.meyer, 3 times.");
	// @ts-expect-error a raw string may hold a secret
	redactedText`Started by ${"somebody"}.`;
});

test("a long text is cut, and says how much is missing", () => {
	expect(clipped(redact("abcdef"), 6)).toBe("abcdef");
	expect(clipped(redact("abcdefg"), 6)).toBe("abcdef …[1 more]");
});

/** Invented, and put together here, so that no scanner of this repository takes them for real ones. */
const amazonId = `${"AKIA"}C4N4RY9F3B7E21D8`;
const githubToken = `${"ghp"}_${"c4n4ry9f3b".repeat(4).slice(0, 36)}`;
const webToken = `${base64('{"alg":"HS256"}')}.${base64('{"sub":1}')}.c2lnbmF0dXJl`;

const syntaxes: readonly ((secret: string) => string)[] = [
	(shaped) => `cloudflared tunnel run --token ${shaped}`,
	(shaped) => `cloudflared tunnel run --token=${shaped}`,
	(shaped) => `cloudflared service install ${shaped}`,
	(shaped) => `set TUNNEL_TOKEN=${shaped}`,
	(shaped) => `token: ${shaped}`,
	(shaped) => `echo ${shaped} > f`,
	(shaped) => `https://files.example.com/t/${shaped}`,
	(shaped) => pieces(shaped, 76).join("\r\n"),
];

const nestings: readonly ((text: string) => string)[] = [
	(text) => text,
	(text) => `cmd /c "${text}"`,
	(text) => `bash -c '${text}'`,
	(text) => `sc create x binPath= "${text.replaceAll('"', '\\"')}" start= auto`,
	(text) => `powershell -EncodedCommand ${wide(text)}`,
	(text) => JSON.stringify({ Command: text }),
];

/** Pieces that the redactor looks for, in any order, between any characters. */
const noise = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				"--token",
				"-token=",
				" ",
				'"',
				"'",
				"\\",
				"eyJhIjoi",
				"=",
				"password",
				"TUNNEL_TOKEN",
				"service install",
				"://",
				"@",
				"&",
				"|",
				",",
				"[removed: 3 characters]",
				"[removed:",
				"-e ",
				"tunnel",
				"create",
				"-s ",
				"Bearer ",
				"-----BEGIN PRIVATE KEY-----",
				"{",
				"}",
				"\r\n",
				"\0",
				"/t REG_SZ /d",
				"net user a ",
				"AccountKey=",
				"az login -p ",
				'-Credential "a:',
				amazonId,
				"x".repeat(40),
				githubToken,
				"xoxb-",
				"sig=",
				"%26sig%3D",
			),
			fc.string({ maxLength: 8 }),
			fc.base64String({ maxLength: 80 }),
		),
		{ maxLength: 12 },
	)
	.map((parts) => parts.join(""));

function expectNone(output: string, secrets: readonly string[]): void {
	for (const one of secrets) if (one !== "") expect(output).not.toContain(one);
}

test.each(["fin-token.corp.example.com", "hr-password.example.com", "prod-session-token.corp.example.com", "db-secret.corp.example.com"])(
	"a host's name is shown whole, whatever words it is made of: %s",
	(name) => {
		expect(redact(name)).toBe(name);
		expect(redact(`tool --host ${name} --password hunter2`)).toBe(`tool --host ${name} --password [removed: 7 characters]`);
	},
);
