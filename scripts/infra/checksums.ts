import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `<sha256>  <path>` for every source of the template and for the compiled file, sorted by path. */
export function checksums(root: string): string {
	const files = globSync(["infra/**/*.bicep", "infra/**/*.kql", "infra/bicepconfig.json", "infra/azuredeploy.json"], { cwd: root }).map(
		(path) => path.replaceAll("\\", "/"),
	);
	return files
		.sort()
		.map(
			(path) =>
				`${createHash("sha256")
					.update(readFileSync(join(root, path)))
					.digest("hex")}  ${path}\n`,
		)
		.join("");
}
