import type { Problem } from "../watch/problems.ts";

/** How the namespace of the hubs is reached: by identity, or an emulator by its connection string. */
export type HubAccess = { readonly host: string } | { readonly emulator: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** The connection that the trigger's own settings name; `undefined` where none is set. */
export function hubAccess(environment: Environment): HubAccess | undefined {
	const host = environment["EventHub__fullyQualifiedNamespace"]?.trim();
	const emulator = environment["EventHub"]?.trim();
	if (host) return { host };
	return emulator ? { emulator } : undefined;
}

/** What to set where no connection is set. */
export const accessMissing = "EventHub__fullyQualifiedNamespace: set it to <namespace>.servicebus.windows.net";

/** Without a connection nothing is read and the hub cannot be watched, so only this can say it. */
export function hubAccessProblems(environment: Environment, since: Date): readonly Problem[] {
	if (hubAccess(environment) !== undefined) return [];
	return [
		{
			code: "settings-wrong",
			subject: "EventHub__fullyQualifiedNamespace",
			since,
			what: accessMissing,
			do: "Correct the setting EventHub__fullyQualifiedNamespace of the app; until then nothing is read from the hub, and it is not watched.",
		},
	];
}
