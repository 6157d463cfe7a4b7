import { expect, test } from "vitest";
import { ageMs } from "../../lib/store/last-used.ts";
import type { Values } from "../../lib/store/table.ts";
import { at } from "../builders.ts";

test("a row is as old as its stamp; one whose stamp is missing or broken counts as very old, so it does not stay for ever", () => {
	const days = (values: Values) => ageMs({ partitionKey: "p0", rowKey: "r", etag: "e", values }, at("21T10:00:00")) / 86_400_000;
	expect(days({ touchedAt: "2026-11-20T10:00:00.000Z" })).toBe(1);
	expect(days({})).toBeGreaterThan(20_000);
	expect(days({ touchedAt: "yesterday" })).toBeGreaterThan(20_000);
});
