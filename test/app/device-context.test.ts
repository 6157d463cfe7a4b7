import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAzureApp } from "../../lib/app/azure-app.ts";
import { type Azurite, startAzurite } from "../azurite.ts";

let azurite: Azurite;
let server: Server;
const posts: string[] = [];
beforeAll(async () => {
	azurite = await startAzurite();
	server = createServer((request, response) => {
		let body = "";
		request.on("data", (part: Buffer) => {
			body += part.toString();
		});
		request.on("end", () => {
			posts.push(body);
			response.writeHead(200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
	await new Promise((resolve) => server.close(resolve));
	await azurite.close();
});

const row = (table: string, properties: object) => ({
	category: `AdvancedHunting-${table}`,
	tenantId: "t",
	properties: { DeviceId: "ab".repeat(20), DeviceName: "srv-dc01", Timestamp: "2026-11-21T19:00:00Z", ...properties },
});
const message = (...records: object[]) => Buffer.from(JSON.stringify({ records }));
const info = row("DeviceInfo", { DeviceType: "Server", OSPlatform: "WindowsServer2022", PublicIP: "192.0.2.7" });
const start = row("DeviceProcessEvents", {
	FileName: "cloudflared.exe",
	ProcessCommandLine: "cloudflared.exe tunnel --url http://localhost:80",
	ReportId: 1,
});

function app(context: string, table: string) {
	const port = (server.address() as AddressInfo).port;
	return createAzureApp(
		{
			TABLE_ENDPOINT: `${azurite.url}/devstoreaccount1`,
			TABLE_NAME: table,
			WEBHOOK_URL: `http://127.0.0.1:${port}/`,
			DEVICE_CONTEXT: context,
		},
		"/nowhere",
	);
}

test("with DEVICE_CONTEXT, what Defender says of a device reaches the message and the severity", async () => {
	// One instance hears of the device, another one of the tunnel.
	await app("true", "context").detect([message(info)], {});
	await app("true", "context").detect([message(start)], {});
	const { data } = JSON.parse(posts.at(-1) ?? "") as { data: { severity: string; severityReason: string; device: object } };
	expect(data.device).toMatchObject({ kind: "server", os: "WindowsServer2022", publicIp: "192.0.2.7" });
	expect(data).toMatchObject({ severity: "high", severityReason: "a quick tunnel on a server" });
});

test("without it those rows are passed over", async () => {
	await app("false", "nocontext").detect([message(info, start)], {});
	const { data } = JSON.parse(posts.at(-1) ?? "") as { data: { severity: string; device: object } };
	expect(data.device).not.toHaveProperty("os");
	expect(data.severity).toBe("medium");
});
