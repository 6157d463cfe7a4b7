import type { Answered, Resolution } from "../../findings/answered.ts";
import { type Inert, inert, inertText, shortWords } from "../text.ts";
import { utc } from "./time.ts";

/** "Kim Lee", or "Kim Lee (unverified)" where anyone could have typed the name. */
export function whoWords({ by, verified }: Pick<Answered, "by" | "verified">): Inert {
	const name = shortWords(inert(by, 60));
	return verified ? name : inertText`${name} (unverified)`;
}

const resolutionWords: Readonly<Record<Resolution, Inert>> = {
	cleaned: inertText`cleaned up`,
	"false-positive": inertText`a false positive`,
	test: inertText`a test`,
};

/** "Silenced until 2026-11-22 20:00:00 UTC": what an answer did, without who gave it. */
export function didWords({ kind, until, as, held = 0 }: Answered): Inert {
	switch (kind) {
		case "acknowledge":
			return inertText`Acknowledged`;
		case "silence":
			return until === undefined ? inertText`Silenced` : inertText`Silenced until ${utc(until)}`;
		case "lift":
			return inertText`No longer silenced`;
		case "not-ours":
			return inertText`Confirmed not ours`;
		case "propose":
			return inertText`Approval proposed`;
		case "close":
			return as === undefined ? inertText`Closed` : inertText`Closed as ${resolutionWords[as]}`;
		case "ended":
			return inertText`Silence ended, events held back: ${held}`;
	}
}

/** The consequence of an answer, for its readers. */
export function soWords({ kind, as }: Answered): Inert {
	switch (kind) {
		case "acknowledge":
			return inertText`No reminder for 24 h. Anything new or worse still alerts.`;
		case "silence":
			return inertText`It covers the account, tunnel, program, user and target of the newest and the worst event. Anything else still alerts.`;
		case "lift":
		case "ended":
			return inertText`It alerts again as before.`;
		case "not-ours":
			return inertText`It cannot be silenced until it is closed.`;
		case "propose":
			return inertText`Nothing is approved until the approvals file says so.`;
		case "close":
			return as === "false-positive"
				? inertText`If it is seen again, it alerts again; an approval is what keeps it quiet.`
				: inertText`If it is seen again, it alerts again.`;
	}
}
