/** A row of a table of Application Insights, as far as the alarms' queries look at it. */
export type LogRow = Readonly<Record<string, unknown>>;

/**
 * As much of KQL as the alarms' queries use, run as written in infra/queries: `traces | extend … = parse_json(…) |
 * where a.b == "…" | where isnotempty(…) | mv-expand … to typeof(string)`. Throws on anything else.
 */
export function lineQuery(kql: string): (rows: readonly LogRow[]) => readonly LogRow[] {
	const code = kql
		.split("\n")
		.filter((line) => !line.trim().startsWith("//"))
		.join("\n");
	const [table, ...operators] = code.split("|").map((part) => part.trim());
	if (table !== "traces") throw new Error(`not the table of our lines: ${table}`);
	const steps = operators.map(stepOf);
	return (rows) => steps.reduce((rest, step) => rest.flatMap(step), rows);
}

type Step = (row: LogRow) => readonly LogRow[];

function stepOf(operator: string): Step {
	const extend = /^extend (\w+) = parse_json\((\w+)\)$/.exec(operator);
	if (extend !== null) {
		const [, name = "", column = ""] = extend;
		return (row) => [{ ...row, [name]: parsed(row[column]) }];
	}
	const equal = /^where ([\w.]+) == "([^"]*)"$/.exec(operator);
	if (equal !== null) return (row) => (valueAt(row, equal[1] ?? "") === equal[2] ? [row] : []);
	const present = /^where isnotempty\((\w+)\)$/.exec(operator);
	if (present !== null) return (row) => (["", undefined, null].includes(row[present[1] ?? ""] as string) ? [] : [row]);
	const expand = /^mv-expand (\w+) = ([\w.]+) to typeof\(string\)$/.exec(operator);
	if (expand !== null) {
		const [, name = "", path = ""] = expand;
		return (row) => {
			const list = valueAt(row, path);
			// An empty list still gives one row, without the value.
			const values = Array.isArray(list) && list.length > 0 ? list : [""];
			return values.map((value) => ({ ...row, [name]: String(value) }));
		};
	}
	throw new Error(`an operator that the alarms' test does not know: ${operator}`);
}

function parsed(text: unknown): unknown {
	try {
		return JSON.parse(String(text));
	} catch {
		return undefined;
	}
}

function valueAt(row: LogRow, path: string): unknown {
	return path
		.split(".")
		.reduce<unknown>((value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined), row);
}
