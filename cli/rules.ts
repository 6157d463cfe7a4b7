import { decodeMessage } from "../lib/defender/envelope.ts";
import { fileLimits } from "../lib/defender/limits.ts";
import type { DefenderRecord } from "../lib/defender/record.ts";
import { type Explanation, explain } from "../lib/detect/explain.ts";
import { allRules } from "../lib/families/all-rules.ts";
import { redact } from "../lib/families/redact.ts";
import { selectRules } from "../lib/families/select.ts";
import { inert } from "../lib/notify/text.ts";
import { nearest } from "./did-you-mean.ts";
import { findInputs } from "./input/find-inputs.ts";
import { readInput } from "./input/read-input.ts";
import { startReading } from "./input/reading.ts";
import { printJson } from "./json-text.ts";
import { printLine, printText } from "./print-line.ts";
import { cannotRead } from "./run.ts";
import { columnsOf } from "./screen.ts";
import { textTable } from "./text-table.ts";

/** `tunnelwatch rules`: what is active by the setting RULES, and what is not. Returns the exit code. */
export function listRules({ json }: { readonly json: boolean }): number {
	const selected = selectRules(process.env["RULES"] ?? "");
	if (!selected.ok) {
		printLine(`RULES: ${selected.mistakes.join("; ")}`);
		return 2;
	}
	const active = new Set(selected.rules.map((rule) => rule.id));
	if (json) {
		for (const { id, title, severity, set, tables, attack } of allRules)
			printJson({ id, title, severity, set, active: active.has(id), tables, attack });
		return 0;
	}
	const rows = allRules.map(({ id, title, severity, set }) => [`${active.has(id) ? "●" : "○"} ${id}`, severity, set, title]);
	const table = textTable(["  RULE", "SEVERITY", "SET", "TITLE"], rows, { heads: 1, columns: columnsOf(process.stdout) });
	printText(table.join("\n"));
	printText(
		`\n${active.size} of ${allRules.length} rules are active. \`tunnelwatch rules explain ID --record FILE\` says why one fires or not; docs/rules.md has them all.`,
	);
	return 0;
}

/** `tunnelwatch rules explain`: test by test, what matched and what did not. Returns the exit code. */
export async function explainRule(id: string, file: string): Promise<number> {
	const rule = allRules.find((one) => one.id === id);
	if (rule === undefined) {
		const meant = nearest(
			id,
			allRules.map((one) => one.id),
		);
		printLine(`There is no rule with this id${meant === undefined ? "" : `. Did you mean ${meant}?`} \`tunnelwatch rules\` lists them.`);
		return 1;
	}
	const inputs = await findInputs([file]).catch(cannotRead);
	if (inputs === undefined) return 1;
	let records = 0;
	let fired = 0;
	for (const input of inputs) {
		for await (const { messages } of readInput(startReading(input), new AbortController().signal)) {
			for (const { at, body } of messages) {
				for (const [index, record] of decodeMessage(body, fileLimits).records.entries()) {
					const explanation = explain(rule, record, redact);
					records += 1;
					if (explanation.fires) fired += 1;
					printText(`${describe(explanation, record, `line ${at.message}, record ${index}`)}\n`);
				}
			}
		}
	}
	if (records === 0) {
		printLine("The file holds no record that a rule could read; `tunnelwatch run --what-if FILE` says what it looks like.");
		return 1;
	}
	printText(`${rule.title} (${rule.id}) fires on ${fired} of ${records} records.`);
	return 0;
}

function describe({ rule, readsTable, fires, steps }: Explanation, record: DefenderRecord, where: string): string {
	const head = `${fires ? "FIRES" : "silent"}  ${where}: ${record.table}`;
	if (!readsTable) return `${head}\n  The rule does not read this table, but ${rule.tables.join(", ")}.`;
	const lines = steps.map(({ depth, text, holds, value }) => {
		const held = value === undefined ? "" : value === "" ? "   (empty)" : `   ${inert(value, 160)}`;
		return `  ${"  ".repeat(depth)}${holds ? "✓" : "✗"} ${text}${held}`;
	});
	return [head, ...lines].join("\n");
}
