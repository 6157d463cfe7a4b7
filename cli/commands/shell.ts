import { Argument, type Command } from "commander";
import { completionScript, completionShells } from "../completion.ts";

/** `tunnelwatch version` and `completion` */
export function addShell(program: Command, version: string): void {
	program
		.command("version")
		.description("print the version")
		.action(() => {
			process.stdout.write(`${version}\n`);
		});
	program
		.command("completion")
		.description("print a script that makes your shell complete commands and options")
		.addArgument(new Argument("<shell>", "which shell").choices(completionShells))
		.addHelpText(
			"after",
			`
Examples:
  source <(tunnelwatch completion bash)
  tunnelwatch completion fish > ~/.config/fish/completions/tunnelwatch.fish
  tunnelwatch completion powershell | Out-String | Invoke-Expression`,
		)
		.action((shell: (typeof completionShells)[number]) => {
			process.stdout.write(completionScript(program, shell));
		});
}
