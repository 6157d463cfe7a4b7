import { expect, test } from "vitest";
import { createProgress } from "../../cli/progress.ts";

function terminal(columns: number | undefined, isTTY = true) {
	const written: string[] = [];
	return { stream: { isTTY, ...(columns === undefined ? {} : { columns }), write: (text: string) => written.push(text) }, written };
}

test.each([20, 40, 80, 200])("in %i columns the line fits, and is taken away again", (columns) => {
	const { stream, written } = terminal(columns);
	const progress = createProgress(stream, { term: "xterm", enabled: true });
	progress.show(() => "1,024 messages · 7 findings · a/long/path/to/an/export/of/last/week.ndjson", 0.5);
	progress.clear();
	progress.clear();

	expect(written[0]?.length).toBeLessThan(columns);
	expect(written[0]).toContain("50 %");
	expect(written.slice(1)).toEqual(["\r\u001b[2K"]);
});

test.each([undefined, 0, 1, 19])("in a terminal of %s columns nothing is drawn", (columns) => {
	const { stream, written } = terminal(columns);
	const progress = createProgress(stream, { term: "xterm", enabled: true });
	progress.show(() => "reading", 0.5);
	progress.clear();
	expect(written).toEqual([]);
});

test("a pipe and a dumb terminal get nothing", () => {
	const pipe = terminal(80, false);
	const dumb = terminal(80);
	createProgress(pipe.stream, { term: "xterm", enabled: true }).show(() => "reading", undefined);
	createProgress(dumb.stream, { term: "dumb", enabled: true }).show(() => "reading", undefined);
	expect([pipe.written, dumb.written]).toEqual([[], []]);
});
