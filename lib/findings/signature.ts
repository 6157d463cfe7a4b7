import { hash } from "node:crypto";
import type { Redacted } from "../secrets/redacted.ts";
import type { Sighting, TargetClass } from "../sighting/sighting.ts";

/** One material fact of a sighting. A fact that was not seen on the device before is worth a message. */
export interface Signature {
	/** `<kind>:<12 hex>` */
	readonly id: string;
	/** For people: "another user: CONTOSO\\j.meyer". */
	readonly text: Redacted;
	/** Told at once, whatever was told before: another account, remote administration, another name, a worse verdict. */
	readonly strong: boolean;
}

const strongKinds: ReadonlySet<string> = new Set(["account", "name", "verdict", "administration"]);

/** Whether the fact behind an id is a strong one. */
export function isStrong(id: string): boolean {
	return strongKinds.has(id.slice(0, id.indexOf(":")));
}

const administration: ReadonlySet<TargetClass> = new Set<TargetClass>(["rdp", "ssh", "smb", "vnc", "winrm", "network"]);

/** A way to work on a computer or a whole network from outside. */
export function isAdministration(target: TargetClass): boolean {
	return administration.has(target);
}

/**
 * What makes a sighting materially different: tunnel, account, binary, kind of folder, user, rule, exposed targets, a
 * disguised name, the verdict on the owner. Deliberately without the raw command line, process ids and times, which an
 * attacker varies at will.
 */
export function signatures(sighting: Sighting): readonly Signature[] {
	const { program, tunnel, otherTunnels = [] } = sighting;
	const tunnels = tunnel === undefined ? otherTunnels : [tunnel, ...otherTunnels];
	return [
		...tunnels.flatMap(({ tunnelId, account }) => [
			signature("tunnel", tunnelId, `another tunnel: ${tunnelId}`),
			signature("account", account, `another account: ${account}`),
		]),
		signature("binary", program.sha256, `another binary: SHA-256 ${program.sha256}`),
		signature("folder", program.folderClass === "unknown" ? "" : program.folderClass, `another kind of folder: ${program.path}`),
		signature("user", program.user, `another user: ${program.user}`),
		signature("name", program.renamed ? "renamed" : "", `under another name: ${program.fileName}`),
		...sighting.rules.map((rule) => signature("rule", rule.id, `another rule: ${rule.id}`)),
		...sighting.exposes.map((target) =>
			signature(isAdministration(target.class) ? "administration" : "target", target.class, `exposes ${target.class}: ${target.text}`),
		),
		signature("verdict", sighting.ownership.verdict === "not-ours" ? "not-ours" : "", "the tunnel is not ours"),
	].filter((one) => one !== undefined);
}

/** `undefined` for a fact that the record does not hold: not knowing is not news. */
export function signature(kind: string, value: string, text: string, strong = strongKinds.has(kind)): Signature | undefined {
	if (value === "") return undefined;
	const short = hash("sha256", value.toLowerCase(), "hex").slice(0, 12);
	// Every part of the text comes from a sighting, which holds redacted text only.
	return { id: `${kind}:${short}`, text: text as Redacted, strong };
}
