import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createPackage } from "../package/create.ts";
import { buttonAddress } from "./button.ts";
import { taggedCommit } from "./git.ts";
import { provenance } from "./provenance.ts";
import { releasedTemplate } from "./template.ts";

/**
 * Makes `<folder>/release/`: package, checksum, bill of materials, provenance, template and form, and a list of all checksums.
 * `base` is the address under which a folder for each tag will be found.
 * @throws when the tree is not clean, or its commit has no tag of the package's version.
 */
export async function createRelease(folder: string, base: string): Promise<{ readonly files: readonly string[]; readonly button: string }> {
	const { tag, commit } = taggedCommit();
	const zip = await createPackage(folder, []);
	const product = zip.replace(/\.zip$/, "");
	const address = `${base}/${tag}`;
	const sha256 = digest(readFileSync(zip));

	const release = join(folder, "release");
	rmSync(release, { recursive: true, force: true });
	mkdirSync(release, { recursive: true });
	for (const path of [zip, `${zip}.sha256`, `${product}.cdx.json`]) copyFileSync(path, join(release, basename(path)));
	copyFileSync("infra/createUiDefinition.json", join(release, "createUiDefinition.json"));
	writeFileSync(
		join(release, "azuredeploy.json"),
		releasedTemplate(readFileSync("infra/azuredeploy.json", "utf8"), {
			packageUrl: `${address}/${basename(zip)}`,
			packageSha256: sha256,
		}),
	);
	writeFileSync(join(release, `${basename(product)}.provenance.json`), provenance({ tag, commit, name: basename(zip), sha256 }));

	const listed = [
		basename(zip),
		`${basename(product)}.cdx.json`,
		`${basename(product)}.provenance.json`,
		"azuredeploy.json",
		"createUiDefinition.json",
	];
	writeFileSync(join(release, "SHA256SUMS"), listed.map((file) => `${digest(readFileSync(join(release, file)))}  ${file}\n`).join(""));
	return { files: [...listed, `${basename(zip)}.sha256`, "SHA256SUMS"], button: buttonAddress(address) };
}

function digest(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}
