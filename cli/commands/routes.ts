import type { Command } from "commander";
import type { ExplainOptions } from "../routes.ts";

/** `tunnelwatch routes` */
export function addRoutes(program: Command): void {
	const named = (file: string | undefined) => file ?? (process.env["ROUTES_FILE"] || "routes.json");
	const routes = program
		.command("routes")
		.description("look after the file that says which findings go to which destination; docs/routes.md explains it");
	routes
		.command("check")
		.description("read the file as the function does: mistakes, and what to look at")
		.argument("[path]", "the file (default: the setting ROUTES_FILE, or routes.json)")
		.option("--json", "one JSON object per line", false)
		.addHelpText("after", "\nExample:\n  tunnelwatch routes check routes.json")
		.action(async (path: string | undefined, { json }: { readonly json: boolean }) => {
			process.exitCode = await (await import("../routes.ts")).reportRoutes(named(path), { json });
		});
	routes
		.command("explain")
		.description("say which line leads a finding, and why each earlier line does not hold")
		.argument("[id]", "a finding's id")
		.option("--file <path...>", "instead of a stored finding, what these exports would bring about")
		.option("--routes <path>", "the routes file (default: the setting ROUTES_FILE, or routes.json)")
		.option("--json", "one JSON object per line", false)
		.addHelpText(
			"after",
			`
Examples:
  tunnelwatch routes explain cf-2e47a13c8270
  tunnelwatch routes explain --file samples/ --routes routes.json`,
		)
		.action(
			async (
				id: string | undefined,
				{ file, routes: path, json }: { readonly file?: readonly string[]; readonly routes?: string; readonly json: boolean },
				command: Command,
			) => {
				if ((id === undefined) === (file === undefined)) command.error("error: give a finding's id, or an export with --file");
				const options: ExplainOptions = { routes: named(path), json };
				const { explainExport, explainFinding } = await import("../routes.ts");
				process.exitCode = file === undefined ? await explainFinding(id ?? "", options) : await explainExport(file, options);
			},
		);
}
