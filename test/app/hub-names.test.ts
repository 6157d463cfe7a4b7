import { expect, test } from "vitest";
import { functionNames, hubNameProblems, hubTriggers, readHubNames } from "../../lib/app/hub-names.ts";

const now = new Date("2026-11-25T10:00:00Z");

test("one name, or several with commas between them; each hub is read once, however it is written", () => {
	expect(readHubNames("defender")).toEqual({ names: ["defender"], mistakes: [] });
	expect(readHubNames(" insights-logs-advancedhunting-deviceprocessevents, DeviceInfo,,deviceinfo ").names).toEqual([
		"insights-logs-advancedhunting-deviceprocessevents",
		"DeviceInfo",
	]);
});

test("the first hub keeps the function `detect`, the others are numbered, and a list with one more changes no name", () => {
	const names = (text: string) => hubTriggers(text).map(({ functionName, eventHubName }) => `${functionName} ${eventHubName}`);

	expect(names("defender")).toEqual(["detect defender"]);
	expect(names("a,b")).toEqual(["detect a", "detect-2 b"]);
	expect(names("a,b,c")).toEqual(["detect a", "detect-2 b", "detect-3 c"]);
	for (const name of functionNames) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,126}$/);
});

test("a name that is none costs itself: the others are read, and health says which one it is without repeating it", () => {
	const text = "defender, sb://canary/deviceinfo, devicefileevents";

	expect(hubTriggers(text).map(({ eventHubName }) => eventHubName)).toEqual(["defender", "devicefileevents"]);
	expect(hubNameProblems(text, now)).toEqual([
		{
			code: "settings-wrong",
			subject: "EVENTHUB_NAME",
			since: now,
			what: "EVENTHUB_NAME: name 2 is not the name of a hub; write only names, without the namespace",
			do: expect.stringContaining("EVENTHUB_NAME"),
		},
	]);
	expect(hubNameProblems("defender,deviceinfo", now)).toEqual([]);
});

test("without a name `detect` is registered all the same, so that host and health can say what is missing", () => {
	for (const text of [undefined, "", " , ", "a/b"]) {
		expect(hubTriggers(text)).toEqual([{ functionName: "detect", eventHubName: "%EVENTHUB_NAME%" }]);
		expect(hubNameProblems(text, now)).toHaveLength(1);
	}
});

test("ten hubs are read, as many as a namespace holds; an eleventh is named as a mistake", () => {
	const list = (count: number) => Array.from({ length: count }, (_, index) => `hub${index}`).join(",");

	expect(hubTriggers(list(10)).map(({ functionName }) => functionName)).toEqual(functionNames);
	expect(hubNameProblems(list(10), now)).toEqual([]);
	expect(hubTriggers(list(11))).toHaveLength(10);
	expect(readHubNames(list(11)).mistakes).toEqual(["EVENTHUB_NAME: names 11 hubs, and 10 are the most; the rest is not read"]);
});
