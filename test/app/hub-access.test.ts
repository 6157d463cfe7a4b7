import { expect, test } from "vitest";
import { hubAccess, hubAccessProblems } from "../../lib/app/hub-access.ts";

const now = new Date("2026-11-25T10:00:00Z");
const emulator = "Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true";

test("without a connection health says so, because the watch over the hub then sees nothing", () => {
	for (const environment of [{}, { EventHub: "" }, { EventHub__fullyQualifiedNamespace: "  ", EventHub: " " }]) {
		expect(hubAccessProblems({ EVENTHUB_NAME: "defender", ...environment }, now)).toEqual([
			{
				code: "settings-wrong",
				subject: "EventHub__fullyQualifiedNamespace",
				since: now,
				what: "EventHub__fullyQualifiedNamespace: set it to <namespace>.servicebus.windows.net",
				do: expect.stringContaining("nothing is read from the hub"),
			},
		]);
	}
});

test("a namespace is enough, and so is an emulator; where both are set, the namespace counts", () => {
	const host = "contoso-sec.servicebus.windows.net";

	expect(hubAccess({ EventHub: emulator })).toEqual({ emulator });
	expect(hubAccess({ EventHub: emulator, EventHub__fullyQualifiedNamespace: host })).toEqual({ host });
	for (const environment of [{ EventHub: emulator }, { EventHub__fullyQualifiedNamespace: host }]) {
		expect(hubAccessProblems(environment, now)).toEqual([]);
	}
});
