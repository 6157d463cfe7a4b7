import type { Command } from "commander";

export const completionShells = ["bash", "zsh", "fish", "powershell"] as const;

interface Completed {
	/** Words after `tunnelwatch`, such as `approvals add`. */
	readonly path: string;
	/** Subcommands and options. */
	readonly words: readonly string[];
}

/** The script that makes a shell complete the commands and options of `program`. */
export function completionScript(program: Command, shell: (typeof completionShells)[number]): string {
	const all = completed(program, "");
	switch (shell) {
		case "bash":
			return bash(all);
		case "zsh":
			return `autoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
		case "fish":
			return all
				.map(
					({ path, words }) =>
						`complete -c tunnelwatch -n '${path === "" ? "__fish_use_subcommand" : `string match -q -- "tunnelwatch ${path}*" (commandline -cp)`}' -a '${words.join(" ")}'\n`,
				)
				.join("");
		case "powershell":
			return `Register-ArgumentCompleter -Native -CommandName tunnelwatch -ScriptBlock {
	param($word, $ast, $at)
	$path = (@($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } | Where-Object { $_ -notlike '-*' -and $_ -ne $word }) -join ' ')
	$words = @{
${all.map(({ path, words }) => `\t\t'${path}' = '${words.join(" ")}'`).join("\n")}
	}
	"$($words[$path])".Split(' ') | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
	}
}

function bash(all: readonly Completed[]): string {
	const cases = all.map(({ path, words }) => `\t\t'${path}') words='${words.join(" ")}' ;;`).join("\n");
	return `_tunnelwatch() {
	local path='' words='' word
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
	done
	case "$path" in
${cases}
	esac
	COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tunnelwatch tunnelwatch
`;
}

function completed(command: Command, path: string): readonly Completed[] {
	const subcommands = command.commands.filter((one) => one.name() !== "quarantine");
	const words = [...subcommands.map((one) => one.name()), ...command.options.flatMap(({ long }) => long ?? []), "--help"];
	return [{ path, words }, ...subcommands.flatMap((one) => completed(one, path === "" ? one.name() : `${path} ${one.name()}`))];
}
