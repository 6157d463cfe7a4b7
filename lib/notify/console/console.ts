import type { Destination } from "../../outbox/delivery.ts";
import { type TellContext, tell } from "../story/tell.ts";
import { type Terminal, terminalCard } from "./terminal-card.ts";

/** Prints each notice as a card. Always delivers. */
export function createConsole({
	write,
	terminal,
	knowledge,
}: {
	/** Absent where nobody looks on: a card costs more than most of what leads to it. */
	readonly write: ((text: string) => void) | undefined;
	/** Asked for each card, because a window can be resized. */
	readonly terminal: () => Terminal;
	readonly knowledge: TellContext;
}): Destination {
	return {
		name: "console",
		unlimited: true,
		inOrder: true,
		send: (notice) => {
			write?.(`${terminalCard(tell(notice, knowledge), terminal())}\n`);
			return Promise.resolve({ ok: true, proof: "confirmed" });
		},
	};
}
