import type { Sighting } from "../../sighting/sighting.ts";

/** Is the program another one, seen for what it did or said? */
export function isBystander({ program }: Sighting): boolean {
	return program.kind === "other" || program.kind === "mention";
}

/** Is it about what starts later, rather than what was started? A program also writes values that start nothing. */
export function isKept({ actionType, later, program, registry, table }: Sighting): boolean {
	if (later !== undefined) return true;
	if (table !== "DeviceRegistryEvents") return /^(ServiceInstalled|ScheduledTask|WmiBind)/.test(actionType);
	const [value, command] = [registry?.value ?? "", program.commandLine];
	return value === "" || command === "" || value.includes(command) || command.includes(value);
}
