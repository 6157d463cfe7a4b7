import { DefaultAzureCredential } from "@azure/identity";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkTable } from "../../cli/doctor/table.ts";
import { hubWords } from "../../cli/hub/trouble.ts";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import { readHealth } from "../../lib/app/health.ts";
import { hubReaders } from "../../lib/app/hub-reader.ts";
import { signIn } from "../../lib/app/sign-in.ts";
import { createTableStore } from "../../lib/store/table-store.ts";
import { causeOf, troubleCauses, wordsOf } from "../../lib/store/trouble.ts";
import { closedPort } from "../notify/loopback.ts";
import { startSelfSigned } from "../self-signed.ts";

/** A label of 64 letters: no resolver takes it, so nobody is asked. */
const noName = `${"a".repeat(64)}.example`;
const anyone = { getToken: () => Promise.resolve({ token: "made-up", expiresOnTimestamp: Date.now() + 3_600_000 }) };
const key = { partitionKey: "a", rowKey: "b" };

let port: number;
beforeAll(async () => {
	const server = await startSelfSigned();
	port = server.port;
	return () => server.close();
});

const identitySettings = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_TOKEN_CREDENTIALS"] as const;
let before: readonly (string | undefined)[];
beforeEach(() => {
	before = identitySettings.map((name) => process.env[name]);
});
afterEach(() => {
	for (const [index, name] of identitySettings.entries()) {
		const value = before[index];
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	}
});

function identityAt(endpoint: string): void {
	Object.assign(process.env, { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: "x", AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" });
}

async function noIdentity(): Promise<void> {
	identityAt(`${await closedPort()}/msi`);
}

async function errorOf(work: Promise<unknown>): Promise<Error> {
	const error = await work.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (!(error instanceof Error)) throw new Error("an error expected");
	return error;
}

describe("what cannot be reached says why, each in its own sentence", () => {
	test("the table: a certificate that is not trusted", async () => {
		const table = createTableStore({ tableName: "t", endpoint: `https://127.0.0.1:${port}`, credential: anyone });
		const error = await errorOf(table.get(key));
		expect(causeOf(error)).toBe("certificate");
		expect(error.message).toMatch(/: DEPTH_ZERO_SELF_SIGNED_CERT\. The storage account shows a certificate that is not trusted/);
		expect(await checkTable({ table, newId: () => "1", clock: () => new Date() })).toContainEqual(
			expect.objectContaining({ check: "table", verdict: "failure", fix: expect.stringContaining("NODE_EXTRA_CA_CERTS") }),
		);
	});

	test("the table: a name that does not resolve", async () => {
		const table = createTableStore({ tableName: "t", endpoint: `https://${noName}`, credential: anyone });
		const [error, results] = await Promise.all([errorOf(table.get(key)), checkTable({ table, newId: () => "1", clock: () => new Date() })]);
		expect(causeOf(error)).toBe("dns");
		expect(error.message).toMatch(/The storage account has a name that cannot be resolved/);
		expect(error.message).not.toContain(noName);
		expect(results).toContainEqual(expect.objectContaining({ fix: expect.stringContaining("private DNS zone") }));
	});

	test("the table: no identity, long before its own deadline", async () => {
		await noIdentity();
		const table = createTableStore({ tableName: "t", endpoint: `https://127.0.0.1:${port}`, credential: signIn(DefaultAzureCredential) });
		const error = await errorOf(table.get(key));
		expect(causeOf(error)).toBe("identity");
		expect(error.message).toContain("there is no identity: assign the managed identity to the app");
	});

	test("the hub: the same three", async () => {
		await noIdentity();
		const connection = (host: string) => ({
			EVENTHUB_NAME: "h",
			EventHub: `Endpoint=sb://${host};SharedAccessKeyName=a;SharedAccessKey=b`,
		});
		const failing: readonly [Readonly<Record<string, string>>, string][] = [
			[connection(`127.0.0.1:${port}`), "certificate"],
			[connection(noName), "dns"],
			[{ EVENTHUB_NAME: "h", EventHub__fullyQualifiedNamespace: "localhost" }, "identity"],
		];
		const said: string[] = [];
		for (const [environment, cause] of failing) {
			const error = await errorOf(hubReaders(environment)[0]?.facts() ?? Promise.resolve());
			expect(causeOf(error), cause).toBe(cause);
			said.push(hubWords(error, { host: "contoso-sec", hub: "h", emulator: undefined }).says);
		}
		expect(said).toEqual([
			"contoso-sec shows a certificate that is not trusted here",
			"The name contoso-sec cannot be resolved from here",
			"Nobody is signed in to Azure on this machine",
		]);
	});
});

describe("health names the cause for machines, and what to do for people", () => {
	const settings = {
		TABLE_ENDPOINT: `https://${noName}`,
		EVENTHUB_NAME: "defender",
		TEAMS_WEBHOOK_URL: "https://x.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sig=b",
	};

	test("no identity", async () => {
		await noIdentity();
		const health = await readHealth(() => createAzureApp(settings, "/nowhere"));
		expect(health).toMatchObject({ ok: false, problems: [{ code: "table-down", cause: "identity" }] });
	});

	test("a name that does not resolve", async () => {
		const table = createTableStore({ tableName: "t", endpoint: `https://${noName}`, credential: anyone });
		const health = await readHealth(() => ({
			async health() {
				await table.get(key);
				return { problems: [] };
			},
		}));
		expect(health).toMatchObject({
			ok: false,
			problems: [{ code: "table-down", cause: "dns", what: expect.stringContaining("cannot be resolved") }],
		});
	});

	test("a version of Node.js that is too old stops the app with a sentence, and the oldest that will do does not", async () => {
		const health = await readHealth(() => createAzureApp(settings, "/nowhere", "20.19.4"));
		expect(health.problems).toMatchObject([
			{
				code: "settings-wrong",
				what: expect.stringMatching(/Node\.js 20\.19\.4 runs this app, which needs 22 or later; set the runtime version/),
			},
		]);
		expect(() => createAzureApp(settings, "/nowhere", "22.0.0")).not.toThrow();
	});
});

test("each cause has a sentence of its own", () => {
	expect(new Set(troubleCauses.map((cause) => wordsOf(cause, "The hub"))).size).toBe(troubleCauses.length);
	for (const cause of troubleCauses) expect(wordsOf(cause, "The hub")).toMatch(/^The hub .+\.$/);
});

test("a cause is found however deep it lies, and endless chains end", () => {
	const lookup = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
	expect(causeOf(new Error("a", { cause: new AggregateError([new Error("b", { cause: lookup })]) }))).toBe("dns");
	const loop = new Error("loop");
	loop.cause = loop;
	expect(causeOf(loop)).toBe("unknown");
	for (const odd of [undefined, null, "text", { code: "ENOTFOUND" }]) expect(causeOf(odd)).toBe("unknown");
});
