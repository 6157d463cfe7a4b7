import type { AnyNotice } from "../outbox/delivery.ts";
import type { TellContext } from "./story/tell.ts";

/** A notice, and what it is an example of. */
export interface Shown {
	readonly name: string;
	readonly notice: AnyNotice;
}

/**
 * A page that shows messages as a destination's client draws them, without a network.
 * @param source reads a file of an installed package, such as `adaptivecards/dist/adaptivecards.min.js`.
 */
export type CardPage = (shown: readonly Shown[], knowledge: TellContext, source: (file: string) => string) => string;
