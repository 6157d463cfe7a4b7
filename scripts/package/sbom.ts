import { createHash } from "node:crypto";
import type { Bundled } from "./bundled.ts";

/** Bill of materials in CycloneDX 1.6, without a time so that equal contents give equal bytes. */
export function billOfMaterials(
	app: { readonly name: string; readonly version: string },
	direct: readonly string[],
	packages: readonly Bundled[],
): string {
	const root = `${app.name}@${app.version}`;
	const components = packages.map((part) => ({
		type: "library",
		"bom-ref": part.folder,
		name: part.name,
		version: part.version,
		purl: purl(part),
		licenses: [/ /.test(part.license) ? { expression: part.license } : { license: { id: part.license } }],
		...(part.integrity === undefined ? {} : { hashes: [{ alg: "SHA-512", content: hexOf(part.integrity) }] }),
	}));
	const dependencies = [
		{ ref: root, dependsOn: packages.filter(({ folder }) => direct.includes(folder)).map(({ folder }) => folder) },
		...packages.map(({ folder, needs }) => ({ ref: folder, dependsOn: needs })),
	];
	const content = {
		version: 1,
		metadata: { component: { type: "application", "bom-ref": root, name: app.name, version: app.version } },
		components,
		dependencies,
	};
	return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: serial(JSON.stringify(content)), ...content }, undefined, "\t")}\n`;
}

function purl({ name, version }: Bundled): string {
	return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hexOf(integrity: string): string {
	return Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
}

/** A UUID made from the content (version 8), so that it changes exactly when the content does. */
function serial(content: string): string {
	const hex = createHash("sha256").update(content).digest("hex");
	return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
