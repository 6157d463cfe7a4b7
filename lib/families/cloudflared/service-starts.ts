import { argumentsOnly, commandText } from "./command-text.ts";
import { programName } from "./names.ts";
import { registryValueStart, variableStart } from "./registry-value.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { isDecidingForTunnel } from "./surroundings.ts";
import { windowsWords } from "./windows-arguments.ts";
import { restFrom, type Word, wordAfter } from "./words.ts";

/** `sc create NAME binPath= "…"`, and `sc start NAME arguments`, which take the place of those in the service's entry. */
export function serviceControlInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const remote = words[1]?.value.startsWith("\\\\") === true;
	const [verb, name] = remote ? [words[2], words[3]] : [words[1], words[2]];
	if (/^start$/i.test(verb?.value ?? "") && name !== undefined) {
		const args = words.slice(words.indexOf(name) + 1);
		if (args.length === 0) return [];
		const program = { ...name, value: "cloudflared" };
		const command = { text: start.command.text, words: [program, ...args] };
		return [
			fromWords(command, /cloudflared/i.test(name.value) ? "cloudflared" : name.value, start.environment, {
				...noTrail,
				remote,
				later: true,
				startArguments: true,
			}),
		];
	}
	// Windows runs the other command whenever the service fails.
	const setting = /^(?:create|config)$/i.test(verb?.value ?? "") ? "binpath=" : /^failure$/i.test(verb?.value ?? "") ? "command=" : "";
	if (setting === "") return [];
	const at = words.findIndex(({ value }) => value.toLowerCase().startsWith(setting));
	const glued = (words[at]?.value ?? "").slice(setting.length);
	const value = glued !== "" ? glued : (words[at + 1]?.value ?? "");
	return at === -1 || value === "" ? [] : laterText(value, start, remote);
}

/** `nssm install NAME program …`, `nssm set NAME Application …`, `nssm set NAME AppEnvironmentExtra N=V`. */
export function nssmInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const verb = words[1]?.value.toLowerCase() ?? "";
	if (verb === "install" && words.length > 3) {
		const command = {
			text: start.command.text,
			words: words.slice(3).flatMap((word, at) => (at > 0 && /\s/.test(word.value) ? windowsWords(word.value) : [word])),
		};
		return [fromWords(command, "", start.environment, { ...noTrail, later: true })];
	}
	if (verb !== "set" || words.length < 5) return [];
	const setting = words[3]?.value.toLowerCase() ?? "";
	const value = restFrom(start.command, 4);
	if (setting === "application") return laterText(value, start, false);
	if (/^appenvironment(?:extra)?$/.test(setting)) {
		// `+N=V` adds one; `:N=` takes one away.
		const variables = value.replaceAll('"', "").replace(/(^|\s)\+(?=TUNNEL_)/gi, "$1");
		const one = registryValueStart(`\\Services\\${words[2]?.value}\\Parameters`, setting, variables);
		return one === undefined ? [] : [one];
	}
	return setting === "appparameters" ? [argumentsOnly(value, start.environment, "")] : [];
}

/** `schtasks /tr "…"`, `wmic process call create "…"`: the value is a command. `reg add`: what its key makes of the value. */
export function valueInner(start: Start): readonly Start[] {
	const { words } = start.command;
	if (programName(start.image) === "reg") return registryInner(words);
	if (programName(start.image) === "at") {
		const at = words.findIndex(({ value }, index) => index > 0 && !/^(?:\\\\|\/|\d{1,2}:\d\d)/.test(value));
		return at === -1 ? [] : laterText(restFrom(start.command, at), start, words[1]?.value.startsWith("\\\\") === true);
	}
	const remote = words.some(({ value }) => /^\/node:(?!"?(?:localhost|127\.|\.)"?)/i.test(value) || /^\/s$/i.test(value));
	const given = words.findIndex((word) => /^(?:\/tr|create)$/i.test(word.value)) + 1;
	const word = given === 0 ? "" : (words[given]?.value ?? "");
	// PowerShell's quotes, which Windows does not know.
	const value = (word.startsWith("'") ? /^'([^']{1,8192})'/.exec(restFrom(start.command, given))?.[1] : undefined) ?? word;
	const isCreate = words.some((word) => /^(?:\/create|\/change|create)$/i.test(word.value));
	return value === "" || !isCreate ? [] : laterText(value, start, remote);
}

function registryInner(words: readonly Word[]): readonly Start[] {
	const key = wordAfter(words, /^add$/i)?.value ?? "";
	const data = wordAfter(words, /^\/d$/i)?.value ?? "";
	const start = registryValueStart(key, wordAfter(words, /^\/v$/i)?.value ?? "", data.replace(/\\"/g, '"'));
	return key === "" || start === undefined ? [] : [start];
}

/** `setx N V`, `launchctl setenv N V`, `systemctl set-environment N=V`: what is started afterwards reads it. */
export function variableInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const assignments = words.findIndex(({ value }) => value === "set-environment");
	if (assignments !== -1) {
		return words.slice(assignments + 1).flatMap(({ value }) => {
			const equals = value.indexOf("=");
			return equals > 0 ? variableStart(value.slice(0, equals), value.slice(equals + 1)) : [];
		});
	}
	const dashes = words.findIndex(({ value }) => value === "--");
	if (words[1]?.value === "submit" && dashes !== -1 && dashes + 1 < words.length) {
		// `-p` names the program; what follows the dashes is then only what it is called.
		const program = wordAfter(words.slice(0, dashes), /^-p$/)?.value ?? "";
		const command = { text: start.command.text, words: words.slice(dashes + 1) };
		return [fromWords(command, program, start.environment, { ...noTrail, later: true })];
	}
	const name = words.findIndex(({ value }) => isDecidingForTunnel(value));
	return name === -1 ? [] : variableStart(words[name]?.value ?? "", words[name + 1]?.value ?? "");
}

function laterText(text: string, start: Start, remote: boolean): readonly Start[] {
	return [commandText(text.replace(/^'(.*)'$/s, "$1").replace(/\\"/g, '"'), start.environment, { ...noTrail, later: true, remote })];
}
