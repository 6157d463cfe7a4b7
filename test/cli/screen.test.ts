import { expect, test } from "vitest";
import { terminalOf } from "../../cli/screen.ts";

const colourful = { isTTY: true, columns: 120, hasColors: () => true, write: () => undefined };

test("a terminal is as wide as it says; 0 columns and pipes count as 100", () => {
	expect(terminalOf(colourful, {}).width).toBe(120);
	expect(terminalOf({ ...colourful, columns: 0 }, {}).width).toBe(100);
	expect(terminalOf({ columns: 7, write: () => undefined }, {}).width).toBe(100);
});

test("colours: where the terminal has them, unless refused; in a pipe only when forced", () => {
	const pipe = { write: () => undefined };
	expect(terminalOf(colourful, {}).colour).toBe(true);
	expect(terminalOf(colourful, { NO_COLOR: "1" }).colour).toBe(false);
	expect(terminalOf(colourful, { NO_COLOR: "" }).colour).toBe(true);
	expect(terminalOf(colourful, { FORCE_COLOR: "0" }).colour).toBe(false);
	expect(terminalOf(colourful, { TERM: "dumb" }).colour).toBe(false);
	expect(terminalOf(pipe, {}).colour).toBe(false);
	expect(terminalOf(pipe, { FORCE_COLOR: "1" }).colour).toBe(true);
	expect(terminalOf(pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }).colour).toBe(false);
});
