import type { Result } from "./check.ts";

/** Last day of support of each line of Node.js that is supported or was until lately. */
const endOfLife: Readonly<Record<string, string>> = {
	"18": "2025-04-30",
	"20": "2026-04-30",
	"22": "2027-04-30",
	"24": "2028-04-30",
};

const why = "Without security updates the runtime itself becomes the way in, and Azure stops running it.";
const fix = "Install Node 24 here, and set the runtime of the function app to 24 (deploy again: the template has it).";
const noticeDays = 90;
const dayMs = 86_400_000;

/** `version` as `process.versions.node` has it: 24.21.0. */
export function checkRuntime(version: string, now: Date): Result {
	const [major = ""] = version.split(".");
	const last = endOfLife[major];
	if (last === undefined) {
		const says = `Node ${version} is not a version with long support that this program knows.`;
		return { check: "runtime", verdict: "warning", says, why: "Nobody has tried this program with it.", fix };
	}
	const daysLeft = Math.ceil((new Date(`${last}T00:00:00Z`).getTime() + dayMs - now.getTime()) / dayMs);
	if (daysLeft <= 0)
		return { check: "runtime", verdict: "failure", says: `Node ${major} has been without updates since ${last}.`, why, fix };
	if (daysLeft <= noticeDays)
		return { check: "runtime", verdict: "warning", says: `Node ${major} gets updates only until ${last}.`, why, fix };
	return { check: "runtime", verdict: "ok", says: `Node ${version} gets updates until ${last}.` };
}
