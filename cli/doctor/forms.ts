import type { DestinationKind, Trial } from "../../lib/notify/kind.ts";
import type { Delivery, Notice } from "../../lib/outbox/delivery.ts";
import { sendMs } from "../../lib/outbox/delivery.ts";
import type { Result } from "./check.ts";

/** Asks the person at the terminal; `undefined`: nobody is there. */
export type Ask = (question: string) => Promise<string | undefined>;

export interface FormsCheck {
	readonly name: string;
	readonly kind: DestinationKind;
	readonly trials: readonly Trial[];
	readonly notice: Notice;
	/** Absent: nobody can be asked. */
	readonly ask: Ask | undefined;
	/** What a delivery says by itself. */
	readonly tested: (delivery: Delivery) => Result;
}

const why = "Acceptance proves nothing here: with the wrong body nobody is alerted, and nothing says so.";
const mostTries = 3;

/**
 * Sends one test message in each form that the receiver may want, and asks which one is there. Nobody is asked when the
 * receiver itself confirms the form that is set, or refuses every form.
 */
export async function checkForms({ name, kind, trials, notice, ask, tested }: FormsCheck): Promise<Result> {
	const sent: { readonly trial: Trial; readonly delivery: Delivery }[] = [];
	for (const trial of trials) sent.push({ trial, delivery: await trial.send(notice, AbortSignal.timeout(sendMs)) });
	const own = sent.find(({ trial }) => trial.isSet) ?? sent[0];
	if (own === undefined) throw new Error(`${name} has no form to try`);
	const isConfirmed = own.delivery.ok && own.delivery.proof === "confirmed";
	if (isConfirmed || sent.every(({ delivery }) => !delivery.ok)) return tested(own.delivery);

	const question = `Look into the channel of ${name}: which test card is there: ${trials.map(({ form }) => form).join(", ")}, both, or none?`;
	const seen = await seenBy(ask, question, trials);
	if (seen === undefined) {
		return {
			check: "destinations",
			verdict: "unconfirmed",
			says: `${name}: not confirmed. ${question}`,
			why,
			fix: `Answer it: ${meanings(name, kind, trials)}, both: leave it. None: ${kind.arrival ?? "look at the receiver."}`,
		};
	}
	const right = seen.find(({ isSet }) => isSet);
	if (right !== undefined) {
		return { check: "destinations", verdict: "ok", says: `${name} shows test ${right.form}: ${assignment(name, kind, right)} is right.` };
	}
	const [other] = seen;
	return other === undefined
		? { check: "destinations", verdict: "failure", says: `${name} accepted the tests and shows none.`, why, fix: kind.arrival ?? "" }
		: {
				check: "destinations",
				verdict: "failure",
				says: `${name} shows test ${other.form} only, and ${assignment(name, kind, own.trial)} is set.`,
				why,
				fix: `Set ${assignment(name, kind, other)}.`,
			};
}

function meanings(name: string, kind: DestinationKind, trials: readonly Trial[]): string {
	return trials.map((trial) => `${trial.letter}: ${trial.isSet ? "leave it" : `set ${assignment(name, kind, trial)}`}`).join(", ");
}

/** `SETTING=value`; a further address has its label behind the setting. */
function assignment(name: string, kind: DestinationKind, { setting, value }: Trial): string {
	return `${setting}${name.slice(kind.name.length).toUpperCase().replaceAll("-", "_")}=${value}`;
}

/** What the person sees; `undefined`: nobody answered, or nothing that could be understood. */
async function seenBy(ask: Ask | undefined, question: string, trials: readonly Trial[]): Promise<readonly Trial[] | undefined> {
	for (let tries = 0; ask !== undefined && tries < mostTries; tries++) {
		const text = (await ask(question))?.trim().toLowerCase();
		if (text === undefined) return undefined;
		if (text === "none") return [];
		if (text === "both") return trials;
		const named = trials.filter(({ letter }) => letter.toLowerCase() === text);
		if (named.length > 0) return named;
	}
	return undefined;
}
