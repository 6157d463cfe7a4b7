import type { Destination } from "../outbox/delivery.ts";
import type { PostFunction } from "./http/answer.ts";
import type { FindRule } from "./rule-facts.ts";

/** What a destination gets from outside. */
export interface Outside {
	readonly post: PostFunction;
	readonly clock: () => Date;
	readonly rules: FindRule;
	/** Plain http to this very machine, for trying things out. Never where it is deployed. */
	readonly allowLoopback: boolean;
}

/** What settings make of a destination. Mistakes and warnings begin with the setting's name and hold no value. */
type Created =
	| { readonly state: "off" }
	| { readonly state: "wrong"; readonly mistake: string }
	| { readonly state: "ready"; readonly destination: Destination; readonly warning: string | undefined };

/** One place that notices can go to: its settings, and how they become a destination. */
export interface DestinationKind<Settings> {
	readonly name: string;
	create(settings: Settings, outside: Outside): Created;
}
