import { expect, test } from "vitest";
import { foldText } from "../../cli/fold-text.ts";
import { displayWidth } from "../../lib/notify/console/wrap.ts";

test("a line wider than the terminal goes on a little further in", () => {
	expect(foldText("  one two three", 12)).toBe("  one two\n    three");
	expect(foldText("short\nNothing was sent", 12)).toBe("short\nNothing\n  was sent");
});

test("a line that just fits is left alone, and one column less breaks it", () => {
	expect(foldText("aaaaaa bbbbbb", 13)).toBe("aaaaaa bbbbbb");
	expect(foldText("aaaaaa bbbbbb", 12)).toBe("aaaaaa\n  bbbbbb");
});

test("a pipe, and a terminal too narrow for any text, get whole lines", () => {
	const line = "word ".repeat(50);
	for (const columns of [undefined, 1, 9]) expect(foldText(line, columns)).toBe(line);
});

test.each(["字".repeat(90), "a".repeat(300), "😀".repeat(50), `${" ".repeat(60)}deep`])(
	"no line is wider, whatever is in it: %s",
	(text) => {
		for (const columns of [10, 20, 41]) {
			const lines = foldText(text, columns).split("\n");
			expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
			expect(lines.join("").replaceAll(" ", "")).toBe(text.trim());
		}
	},
);

test("text of plain characters is as wide as one character after the other, and so is any other", () => {
	const codes = Array.from({ length: 0x3000 }, (_, code) => code);
	// The ideograph takes two columns, and makes the whole text one that is measured character by character.
	const differs = (text: string) => displayWidth(text) !== displayWidth(`${text}字`) - 2;
	expect(codes.filter((code) => differs(String.fromCodePoint(code)))).toEqual([]);
});
