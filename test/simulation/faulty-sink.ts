import type { HttpAnswer } from "../../lib/notify/http/answer.ts";
import { classify } from "../../lib/notify/http/classify.ts";
import type { AnyNotice, Delivery, Destination } from "../../lib/outbox/delivery.ts";
import type { FaultKind } from "./faults.ts";
import { faultsAreOn, maybeDie, pause, type Stage, type Worker } from "./worker.ts";

/** What the far end saw and did, kept outside of all workers. */
export interface Receipt {
	readonly destination: string;
	readonly notice: AnyNotice;
	readonly worker: Worker;
	readonly at: number;
	/** When the sender had its answer, or had given up waiting. */
	finishedAt: number | undefined;
	/** It took the message, but the sender could not know. */
	readonly answerLost: boolean;
}

export interface SinkLog {
	readonly accepted: Receipt[];
	/** Every request, taken or not. */
	readonly requests: { readonly destination: string; readonly at: number }[];
	/** When it asked not to be called, and until when. */
	readonly pauses: { readonly destination: string; readonly from: number; readonly until: number }[];
}

interface Behaviour {
	readonly accepts: boolean;
	readonly answer: HttpAnswer | "silence";
	/** Before it answers. */
	readonly slowMs?: number;
}

/** A destination as one worker reaches it. Answers are judged by the code that judges real ones. */
export function createFaultySink(name: string, stage: Stage, worker: Worker, log: SinkLog): Destination {
	const { random, now } = stage.scheduler;
	return {
		name,
		async send(notice, signal): Promise<Delivery> {
			await maybeDie(stage, worker, "C9");
			await pause(stage, worker, 20 + random() * 200);
			log.requests.push({ destination: name, at: now() });
			const { accepts, answer, slowMs = 0 } = behave(stage);
			const receipt: Receipt = { destination: name, notice, worker, at: now(), finishedAt: undefined, answerLost: isLost(answer) };
			if (accepts) log.accepted.push(receipt);
			await maybeDie(stage, worker, "C10");
			if (answer === "silence") await aborted(signal);
			await pause(stage, worker, answer === "silence" ? 0 : slowMs + 20 + random() * 200);
			receipt.finishedAt = now();
			if (answer !== "silence" && answer.kind === "answered" && answer.retryAfter === "30") {
				log.pauses.push({ destination: name, from: now(), until: now() + 30_000 });
			}
			const seen: HttpAnswer = answer === "silence" ? { kind: "failed", failure: "timeout", ambiguous: true } : answer;
			return classify(seen, new Date(now()));
		},
	};
}

function isLost(answer: Behaviour["answer"]): boolean {
	return answer === "silence" || answer.kind === "failed";
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

function behave(stage: Stage): Behaviour {
	const { random } = stage.scheduler;
	const kinds = stage.plan.filter(isSinkFault);
	const kind = kinds[Math.floor(random() * kinds.length)];
	if (kind === undefined || !faultsAreOn(stage) || random() > 0.6) return answered(true, 200);
	return misbehave(kind, random);
}

function answered(accepts: boolean, status: number, retryAfter = "", body = ""): Behaviour {
	return { accepts, answer: { kind: "answered", status, retryAfter, body } };
}

function failed(accepts: boolean, failure: "refused" | "reset"): Behaviour {
	return { accepts, answer: { kind: "failed", failure, ambiguous: failure === "reset" } };
}

type SinkFault = Extract<FaultKind, `S${number}`>;

function isSinkFault(kind: FaultKind): kind is SinkFault {
	return kind.startsWith("S");
}

function misbehave(kind: SinkFault, random: () => number): Behaviour {
	const oneOf = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
	switch (kind) {
		case "S1":
			return failed(false, "refused");
		case "S2":
		case "S3":
			return failed(false, "reset");
		case "S4":
		case "S5":
			return failed(true, "reset");
		case "S6":
			return { accepts: random() < 0.5, answer: "silence" };
		case "S7":
			// Sometimes it is done before our patience is.
			return random() < 0.5 ? { accepts: true, answer: "silence" } : { ...answered(true, 200), slowMs: 12_000 };
		case "S8":
			return answered(false, 200, "", "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429");
		case "S9":
			return answered(true, 202);
		case "S10":
			return answered(false, 301);
		case "S11":
			return answered(false, 400);
		case "S12":
			return answered(false, 401);
		case "S13":
			return answered(false, 403);
		case "S14":
			return answered(false, 404);
		case "S15":
			return answered(false, 410);
		case "S16":
			return answered(false, 413);
		case "S17":
			return answered(false, 429, oneOf(["30", "Sat, 21 Nov 2026 20:00:00 GMT", "", "soon"]));
		case "S18":
			return answered(false, oneOf([500, 502, 503, 504]), oneOf(["", "7"]));
	}
}
