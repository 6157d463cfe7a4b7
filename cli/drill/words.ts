import type { DrillStep } from "./follow.ts";

/** A step, for people. */
export function stepText(step: DrillStep): string {
	const time = `${(step.ms / 1_000).toFixed(1).padStart(6)} s  `;
	switch (step.step) {
		case "sent":
			return `${time}sent to the hub ${step.hub}, as device tunnelwatch-drill (${step.deviceId})`;
		case "recorded":
			return `${time}recorded as finding ${step.finding}`;
		case "delivered":
			// Queued is not arrived: a flow accepts a message first and posts it afterwards.
			return `${time}${step.destination} ${step.proof === "queued" ? "queued it (check that it arrived)" : "has it"}`;
		case "given-up":
			return `${time}${step.destination} will not get it: ${step.reason}. Check its address with \`tunnelwatch doctor --send-test\`.`;
		case "timeout":
			return `${time}${timeoutText(step)}`;
	}
}

function timeoutText({ recorded, waiting }: Extract<DrillStep, { step: "timeout" }>): string {
	if (!recorded) {
		return "not recorded in time. Is the function running, and do EVENTHUB_NAME, TABLE_ENDPOINT, TABLE_NAME and TENANT_IDS here say what they say there? Do its RULES have the base rules? `tunnelwatch doctor` looks closer.";
	}
	if (waiting.length === 0)
		return "recorded, but nobody is owed a notice: the function has no destination, or counts this tunnel as approved.";
	const each = waiting.map(
		({ destination, reason }) => `${destination} (${reason === undefined ? "not tried yet" : `last try: ${reason}`})`,
	);
	return `recorded, but not delivered in time to ${each.join(" and ")}. It stays owed and is tried again.`;
}
