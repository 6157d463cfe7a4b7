import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const parameter = z.object({
	defaultValue: z.unknown().optional(),
	nullable: z.boolean().optional(),
	metadata: z.object({ description: z.string() }),
});
const templateSchema = z.object({ parameters: z.record(z.string(), parameter) });

/** docs/deploy.md with its queries and its table of parameters as the template has them now. */
export function deployPage(root: string): string {
	const page = readFileSync(join(root, "docs/deploy.md"), "utf8");
	const template = templateSchema.parse(JSON.parse(readFileSync(join(root, "infra/azuredeploy.json"), "utf8")));
	const rows = Object.entries(template.parameters).map(
		([name, { metadata, ...rest }]) => `| \`${name}\` | ${shown(name, rest)} | ${metadata.description} |`,
	);
	return page
		.replace(
			/(<!-- query: ([a-z-]+) -->\n```kusto\n)[^`]*```/g,
			(_all, start: string, name: string) => `${start}${readFileSync(join(root, `infra/queries/${name}.kql`), "utf8")}\`\`\``,
		)
		.replace(
			/(<!-- parameters -->\n)[\s\S]*(<!-- end of parameters -->)/,
			`$1| parameter | default | meaning |\n|---|---|---|\n${rows.join("\n").replaceAll("$", "$$$$")}\n$2`,
		);
}

function shown(
	name: string,
	{ defaultValue, nullable }: { readonly defaultValue?: unknown; readonly nullable?: boolean | undefined },
): string {
	if (nullable === true) return "as the preset";
	if (name === "location") return "the resource group's";
	const text = typeof defaultValue === "string" ? defaultValue : JSON.stringify(defaultValue);
	return text === "" || text === "{}" ? "" : `\`${text}\``;
}
