import { expect, test } from "vitest";
import { columns, countColumn, cut, jsonColumn, listText } from "../../lib/store/columns.ts";

test("a text that just fits is kept whole, a longer one ends with an ellipsis within the same length", () => {
	expect(cut("abc", 3)).toBe("abc");
	expect(cut("abcd", 3)).toBe("ab…");
});

test("a cut never leaves half a character, which no table gives back", () => {
	expect(cut("a😀bc", 3)).toBe("a…");
	expect(cut("a😀bc", 4)).toBe("a😀…");
	expect(cut("a\ud83d", 5)).toBe("a\ufffd");
});

test("line separators come back from JSON as what they were, each as itself", () => {
	const { text } = columns({ text: JSON.stringify(["one\u2028two\u2029three"]) });
	expect(text).not.toMatch(/[\u2028\u2029]/);
	expect(JSON.parse(String(text))).toEqual(["one\u2028two\u2029three"]);
});

test("a count below nothing or between two numbers makes its row unreadable", () => {
	const readable = [0, 1, -1, 0.5, "1", Number.NaN].map((count) => countColumn.safeParse(count).success);
	expect(readable).toEqual([true, true, false, false, false, false]);
});

test("a list that is too long for a column keeps its first entries, and what follows one that is too long by itself", () => {
	expect(listText([1, "two", { three: 3 }])).toBe('[1,"two",{"three":3}]');
	expect(listText([])).toBe("[]");
	const kept: unknown = JSON.parse(listText(["x".repeat(40_000), "a", "b"]));
	expect(kept).toEqual(["a", "b"]);
	expect(listText(Array.from({ length: 1_000 }, () => "x".repeat(97))).length).toBe(29_901);
});

test("a column that holds no JSON is unreadable, and throws nothing", () => {
	expect(jsonColumn(countColumn).safeParse("{").success).toBe(false);
	expect(jsonColumn(countColumn).safeParse("3")).toMatchObject({ success: true, data: 3 });
});
