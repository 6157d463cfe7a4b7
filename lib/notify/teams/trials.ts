import type { Trial } from "../kind.ts";
import { tell } from "../story/tell.ts";
import { type Inert, inertText } from "../text.ts";
import { envelope } from "./envelope.ts";
import { createFlow, type TeamsOptions } from "./teams.ts";

const letters: readonly Inert[] = [inertText`A`, inertText`B`];

/** The same card in each form that a flow may want. A flow answers 202 to both and posts one, so only eyes can tell. */
export function teamsTrials(options: TeamsOptions): readonly Trial[] {
	return (["message", "card"] as const).map((body, index): Trial => {
		const send = createFlow({ ...options, body });
		const letter = letters[index] ?? inertText`?`;
		const form = inertText`${letter} (${body as Inert})`;
		return {
			letter,
			form,
			setting: "TEAMS_BODY",
			value: body,
			isSet: body === options.body,
			send: async (notice, signal) => {
				const story = { ...tell(notice, options.knowledge), title: inertText`Tunnelwatch test ${form}` };
				return (await send(envelope(story), signal)).delivery;
			},
		};
	});
}
