import { expect, test } from "vitest";
import { redactError } from "../../lib/families/redact.ts";
import { canaries } from "./canaries.ts";

test("an error is told with its causes, in one line", () => {
	expect(redactError(new Error("cannot\nread", { cause: new Error("no\tfile", { cause: "full" }) }))).toBe("cannot read: no file: full");
	expect(redactError(new TypeError(""))).toBe("TypeError");
	expect(redactError({ secret: 1 })).toBe("unknown error");
});

test("a sentence with a cause ends behind it", () => {
	const full = new Error("Free some space, then run again.", { cause: new Error("disk is full.") });
	expect(redactError(full)).toBe("Free some space, then run again: disk is full.");
});

test("causes that go round end", () => {
	const error = new Error("round");
	error.cause = error;

	expect(redactError(error)).toBe("round: round: round: round: round: round");
});

test("a long message is cut", () => {
	expect(redactError(new Error("x".repeat(600)))).toBe(`${"x".repeat(500)} …[100 more]`);
});

test.each(canaries)("no canary survives in a message or a cause: $name", ({ text, secrets }) => {
	const told = redactError(new Error(`unexpected ${text}`, { cause: new Error(text) }));
	for (const one of secrets) expect(told).not.toContain(one);
});
