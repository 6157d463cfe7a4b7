import { describe, expect, test } from "vitest";
import { checkTeamsUrl } from "../../../lib/notify/teams/url.ts";

const path = "/powerautomate/automations/direct/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke";
const query = "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=CANARYsignature";
const current = `https://default0123456789abcdef0123456789abcd.ef.environment.api.powerplatform.com:443${path}${query}`;
const deployed: Parameters<typeof checkTeamsUrl>[1] = { suffixes: [], allowLoopback: false };

function verdict(url: string, options = deployed): string {
	const check = checkTeamsUrl(url, options);
	expect(JSON.stringify(check)).not.toContain("CANARY");
	if (check.ok) return check.warning ?? "accepted";
	return check.problem;
}

test("a current Workflows address is accepted", () => {
	expect(verdict(current)).toBe("accepted");
});

test("a logic.azure.com address is accepted with a warning", () => {
	const url = `https://prod-01.westeurope.logic.azure.com:443${path}${query}`;
	expect(verdict(url)).toMatch(/^addresses on logic\.azure\.com stopped working/);
});

test("an address in another cloud needs its suffix in the settings", () => {
	const url = `https://x.environment.api.example.us${path}${query}`;
	expect(verdict(url)).toMatch(/TEAMS_HOST_SUFFIXES/);
	expect(verdict(url, { suffixes: [".environment.api.example.us"], allowLoopback: false })).toBe("accepted");
});

describe("refused, with what to do:", () => {
	test.each([
		["https://contoso.webhook.office.com/webhookb2/CANARY", /connectors are retired.*open Workflows/],
		["https://outlook.office.com/webhook/CANARY", /connectors are retired/],
		["CANARY", /this is not an address/],
		["", /this is not an address/],
		[current.replace("https:", "http:"), /must begin with https/],
		[current.replace("https://", "https://user:CANARY@"), /user name or a password/],
		[current.replace("https://", "https://CANARY@"), /user name or a password/],
		[current.replace("https://", "https://:CANARY@"), /user name or a password/],
		[`https://evil.example${path}${query}`, /does not belong to Teams Workflows/],
		[`https://environment.api.powerplatform.com.evil.example${path}${query}`, /does not belong to Teams Workflows/],
		[`https://evilenvironment.api.powerplatform.com${path}${query}`, /does not belong to Teams Workflows/],
		[current.replace(path, "/CANARY"), /copy the whole address/],
		[current.replace("/triggers/", "/"), /copy the whole address/],
		[current.replace("&sig=CANARYsignature", ""), /signature \(sig=…\) is missing/],
		[current.replace("CANARYsignature", ""), /signature \(sig=…\) is missing/],
		[`http://127.0.0.1:8080${path}${query}`, /must begin with https/],
	])("%s", (url, problem) => {
		expect(verdict(url)).toMatch(problem);
	});
});

test("where the app's identity signs in, an address without a signature is accepted, and one with it refused", () => {
	const signsIn = { ...deployed, signsIn: true };
	expect(verdict(current.replace("&sig=CANARYsignature", ""), signsIn)).toBe("accepted");
	for (const signed of [current, current.replace("CANARYsignature", "")])
		expect(verdict(signed, signsIn)).toMatch(/must not have a signature.*Who can trigger/);
	expect(verdict(current.replace(path, "/CANARY").replace("&sig=CANARYsignature", ""), signsIn)).toMatch(/copy the whole address/);
});

test("this machine is accepted only where the caller allows it", () => {
	const trying = { suffixes: [], allowLoopback: true };
	for (const host of ["127.0.0.1:8080", "localhost:1", "[::1]:9"]) {
		expect(verdict(`http://${host}/hook`, trying)).toBe("accepted");
		expect(verdict(`http://${host}/hook`)).toMatch(/https/);
	}
	expect(verdict("http://127.0.0.1.evil.example/hook", trying)).toMatch(/https/);
	expect(verdict("ftp://localhost/hook", trying)).toMatch(/https/);
});
