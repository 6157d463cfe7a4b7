import { blankReading } from "../sighting/blank-reading.ts";
import type { Reading } from "../sighting/reading.ts";
import type { Sighting } from "../sighting/sighting.ts";

/** The reading of a sighting that no family has read: only what it shows itself. Its tunnel counts only if it is the only one. */
export function plainReading({ program, mode, tunnel, otherTunnels = [], exposes, table }: Sighting): Reading {
	const own = tunnel === undefined || tunnel.account === "" ? undefined : tunnel;
	const kind = program.renamed ? "renamed" : "named";
	return {
		...blankReading,
		kind,
		inner: kind,
		certain: program.renamed,
		folderClass: program.folderClass,
		mode,
		decoding: own === undefined ? "not-visible" : "readable",
		tunnel: own,
		claims: [
			...(own === undefined ? [] : [{ tunnel: own, place: "effective" as const }]),
			...otherTunnels.map((one) => ({ tunnel: one, place: "given" as const })),
		],
		exposes: exposes.map((target) => target.class),
		registry: table === "DeviceRegistryEvents",
		file: table === "DeviceFileEvents",
		byServiceManager: /^(?:services\.exe|systemd|init|launchd)$/i.test(program.chain.at(-2) ?? ""),
	};
}
