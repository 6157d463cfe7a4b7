import { expect, test } from "vitest";
import { findingTable, nextCommands } from "../../cli/first-screen.ts";
import { aFinding, at, redacted } from "../builders.ts";

const on = (name: string, more: Parameters<typeof aFinding>[0]) => {
	const base = aFinding();
	return aFinding({ key: name.padEnd(24, "0"), device: { ...base.device, name: redacted(name) }, ...more });
};
const wide = { width: 120, colour: false };

test("the severest finding stands first, and a muted one says until when", () => {
	const quiet = on("quiet", { severity: "low", want: 1, nextNoticeAt: at("22T10:00:00") });
	const loud = on("loud", { severity: "critical", want: 1, nextNoticeAt: at("22T10:00:00") });
	const lines = findingTable({ findings: [quiet, loud], told: new Set([loud.key]), terminal: wide, all: "here are all" }).split("\n");

	expect(lines[0]).toMatch(/^SEVERITY {2}VERDICT +DEVICE +WHAT$/);
	expect(lines[1]).toMatch(/^CRITICAL .* loud /);
	expect(lines[1]).not.toContain("muted");
	expect(lines[2]).toMatch(/^LOW .* quiet .*already reported, muted until 2026-11-22 10:00:00 UTC$/);
});

test("an approved finding is there, too, and says that nobody is told", () => {
	const { worst } = aFinding();
	const approved = on("ours", { want: 0, worst: { ...worst, ownership: { verdict: "ours", reason: redacted("") } } });
	expect(findingTable({ findings: [approved], told: new Set(), terminal: wide, all: "here are all" })).toMatch(
		/Approved +ours +.*no alert/,
	);
});

test("in a narrow terminal each finding has lines of its own", () => {
	const table = findingTable({
		findings: [on("pc", { severity: "high" })],
		told: new Set(),
		terminal: { width: 40, colour: false },
		all: "here are all",
	});
	expect(table.split("\n")[1]).toBe("  pc");
});

test("more than 20 findings are counted, not listed", () => {
	const findings = Array.from({ length: 23 }, (_, n) => on(`pc-${n}`, {}));
	const lines = findingTable({ findings, told: new Set(), terminal: wide, all: "here are all" }).split("\n");
	expect(lines).toHaveLength(22);
	expect(lines.at(-1)).toBe("… and 3 more: here are all");
});

test("the commands to go on with name what was read, safe for a shell", () => {
	const text = nextCommands([], { whatIf: true, read: { from: "files", paths: ["my export.csv", "it's"] } });
	expect(text).toContain("npx tunnelwatch run 'my export.csv' 'it'\\''s'");
	expect(text.split("\n")).toHaveLength(4);
});

test("after a look with approvals, every command to go on with takes them along", () => {
	const lines = nextCommands([], { whatIf: true, read: { from: "files", paths: ["hunting.csv"] }, approvals: "our approvals.json" }).split(
		"\n",
	);
	expect(lines).toHaveLength(4);
	for (const line of lines.slice(1)) expect(line).toContain("'our approvals.json'");
});

test("a pipe cannot be read again, so the commands to go on with ask for a file", () => {
	const text = nextCommands([], { whatIf: true, read: { from: "files", paths: [undefined, "b.csv"] } });
	expect(text).toMatch(/^Next, with what you piped in saved as FILE:\n/);
	expect(text.match(/ FILE b\.csv/g)).toHaveLength(3);
	expect(text).not.toMatch(/ - |undefined/);
	const recorded = nextCommands([], { whatIf: false, read: { from: "files", paths: [undefined] } });
	expect(recorded).toMatch(/^Next:\n/);
	expect(recorded).not.toContain("FILE");
});

test("after a look at a hub, the commands to go on with name the hub and nothing that reads files", () => {
	const text = nextCommands([], { whatIf: true, read: { from: "hub", name: "contoso-security/defender", options: [] } });
	expect(text).toContain("npx tunnelwatch run --event-hub contoso-security/defender ");
	expect(text).not.toMatch(/backtest|propose| {2}--/);
});
