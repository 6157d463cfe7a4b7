import { displayWidth } from "../lib/notify/console/wrap.ts";

/** Less is no column of text. */
const leastColumns = 10;

/**
 * Breaks plain lines that are wider than a terminal, at blanks where it can, and goes on a little further in. What
 * stands beside something, with a gap between, moves below it. Coloured lines and commands to copy stay as they are.
 *
 * @param columns of a real terminal; without it nothing is broken, so that a pipe gets whole lines.
 */
export function foldText(text: string, columns: number | undefined): string {
	if (columns === undefined || columns < leastColumns) return text;
	return text
		.split("\n")
		.map((line) => (line.includes("\u001b") || displayWidth(line) <= columns ? line : foldLine(line, columns)))
		.join("\n");
}

/** A command as help and texts show it: on a line of its own, a little further in. */
const command = /^ {2,}(?:\S+ )*tunnelwatch \S/;

function foldLine(line: string, columns: number): string {
	const [, head, beside] = /^( *\S+(?: \S+)*) {2,}(\S+(?: \S+)*)$/.exec(line) ?? [];
	if (head !== undefined && beside !== undefined) {
		const further = " ".repeat(head.length - head.trimStart().length + 4);
		return `${foldText(head, columns)}\n${foldText(further + beside, columns)}`;
	}
	if (command.test(line)) return line;
	const start = line.trimStart();
	const indent = " ".repeat(Math.min(line.length - start.length, columns - leastColumns));
	const room = columns - indent.length - 2;
	const lines: string[] = [];
	let last = "";
	for (const word of start.split(" ").flatMap((one) => cut(one, room))) {
		const longer = last === "" ? word : `${last} ${word}`;
		if (last !== "" && displayWidth(longer) > room) {
			lines.push(last);
			last = word;
		} else last = longer;
	}
	return [...lines, last].map((part, index) => `${indent}${index === 0 ? "" : "  "}${part}`).join("\n");
}

/** Pieces of a word that is too long for a line. */
function cut(word: string, room: number): readonly string[] {
	if (displayWidth(word) <= room) return [word];
	const characters = [...word];
	const size = displayWidth(word) > characters.length ? Math.floor(room / 2) : room;
	return Array.from({ length: Math.ceil(characters.length / size) }, (_, n) => characters.slice(n * size, (n + 1) * size).join(""));
}
