import type { Command } from "commander";

export const completionShells = ["bash", "zsh", "fish", "powershell"] as const;

interface Completed {
	/** Words after `tunnelwatch`, such as `approvals add`. */
	readonly path: string;
	readonly subcommands: readonly string[];
	/** Words that its argument may be. */
	readonly choices: readonly string[];
	readonly options: readonly CompletedOption[];
}

interface CompletedOption {
	/** With its dashes. */
	readonly name: string;
	/** Words that its value may be; empty for any, `undefined` for a switch. */
	readonly values: readonly string[] | undefined;
}

/** The script that makes a shell complete the commands, the options and their values of `program`. */
export function completionScript(program: Command, shell: (typeof completionShells)[number]): string {
	const all = completed(program, "");
	switch (shell) {
		case "bash":
			return bash(all);
		case "zsh":
			return `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit; }\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
		case "fish":
			return all.map(fish).join("");
		case "powershell":
			return powershell(all);
	}
}

/** Nothing offered: the shell completes files. */
function bash(all: readonly Completed[]): string {
	const one = ({ path, subcommands, choices, options }: Completed) => [
		...options.flatMap(({ name, values }) => (values === undefined ? [] : [`\t\t'${path}:${name}:'*) words='${values.join(" ")}' ;;`])),
		`\t\t'${path}:'*':-') words='${options.map(({ name }) => name).join(" ")}' ;;`,
		`\t\t'${path}:'*) words='${[...subcommands, ...choices].join(" ")}' ;;`,
	];
	return `_tunnelwatch() {
	local path='' words='' word before="\${COMP_WORDS[COMP_CWORD-1]}" now="\${COMP_WORDS[COMP_CWORD]}"
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "\${path:+$path }$word" in
			${all.flatMap(({ path }) => (path === "" ? [] : [`'${path}'`])).join("|")}) path="\${path:+$path }$word" ;;
		esac
	done
	case "$path:$before:\${now:0:1}" in
${all.flatMap(one).join("\n")}
	esac
	COMPREPLY=($(compgen -W "$words" -- "$now"))
}
complete -o default -F _tunnelwatch tunnelwatch
`;
}

function fish({ path, subcommands, choices, options }: Completed): string {
	const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
	const below = subcommands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${subcommands.join(" ")}`];
	const when = `complete -c tunnelwatch -n '${path === "" ? "__fish_use_subcommand" : [...seen, ...below].join("; and ")}'`;
	const words = [...subcommands, ...choices];
	return [
		...(words.length === 0 ? [] : [`${when} -f -a '${words.join(" ")}'`]),
		...options.map(({ name, values }) => {
			const value = values === undefined ? "" : values.length === 0 ? " -r" : ` -x -a '${values.join(" ")}'`;
			return `${when} -l ${name.slice(2)}${value}`;
		}),
	]
		.map((line) => `${line}\n`)
		.join("");
}

function powershell(all: readonly Completed[]): string {
	const values = all.flatMap(({ path, options }) =>
		options.flatMap((option) => (option.values === undefined ? [] : [`\t\t'${path} ${option.name}' = '${option.values.join(" ")}'`])),
	);
	const words = all.map(
		({ path, subcommands, choices, options }) =>
			`\t\t'${path}' = '${[...subcommands, ...choices, ...options.map(({ name }) => name)].join(" ")}'`,
	);
	return `Register-ArgumentCompleter -Native -CommandName tunnelwatch -ScriptBlock {
	param($word, $ast, $at)
	$words = @{
${words.join("\n")}
	}
	$values = @{
${values.join("\n")}
	}
	$path = ''
	$before = ''
	foreach ($element in @($ast.CommandElements | Select-Object -Skip 1)) {
		if ($element.Extent.EndOffset -ge $at) { break }
		$before = "$element"
		$next = "$path $before".Trim()
		if ($words.ContainsKey($next)) { $path = $next }
	}
	$offered = if ($values.ContainsKey("$path $before")) { $values["$path $before"] } else { $words[$path] }
	"$offered".Split(' ') | Where-Object { $_ -ne '' -and $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}

function completed(command: Command, path: string): readonly Completed[] {
	const subcommands = command.commands.filter((one) => one.name() !== "quarantine");
	// `findings --severity` is `findings list --severity`.
	const standard = subcommands.find((one) => one.description().endsWith("(the default)"));
	const options = [...command.options, ...(standard?.options ?? [])].flatMap(({ long, required, optional, argChoices }) =>
		long === undefined || long === null ? [] : [{ name: long, values: required || optional ? (argChoices ?? []) : undefined }],
	);
	return [
		{
			path,
			subcommands: subcommands.map((one) => one.name()),
			choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
			options: [...options, { name: "--help", values: undefined }],
		},
		...subcommands.flatMap((one) => completed(one, path === "" ? one.name() : `${path} ${one.name()}`)),
	];
}
