import { commandText } from "./command-text.ts";
import { inside } from "./shell-starts.ts";
import { noTrail, type Start } from "./start.ts";
import { restFrom } from "./words.ts";

/** Options whose command runs here. */
const ofClient = /^(?:-o)?(?:Proxy|Local|KnownHosts)Command[= ](.+)$/is;

/** Behind the host, on another machine; a ProxyCommand runs here. */
export function sshInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const local = words.flatMap(({ value }) => {
		const command = ofClient.exec(value)?.[1];
		return command === undefined ? [] : inside(command, start, "posix");
	});
	let at = 1;
	while (at < words.length && words[at]?.value.startsWith("-") === true)
		at += /^-(?:[BbcDEeFIiJLlmOopPQRSWw]|pw|pwfile|hostkey|sercfg)$/.test(words[at]?.value ?? "") ? 2 : 1;
	const environment = new Map(start.environment);
	for (const { value } of words.slice(1, at)) {
		const [, name, given = ""] = /^(?:-o)?SetEnv[= ](\w{1,64})=(.*)$/is.exec(value) ?? [];
		if (name !== undefined) environment.set(name, { value: given, start: 0, hidden: false });
	}
	const command = at + 1 < words.length ? inside(restFrom(start.command, at + 1), { ...start, environment }, "posix") : [];
	return [...local, ...command.map((one) => ({ ...one, trail: { ...one.trail, remote: true } }))];
}

/** `psexec \\host -u a program …`, `winrs -r:host program …`. */
export function remoteInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const remote = words.some(({ value }) => /^\\\\[^\\]|^[-/]r(?:emote)?:/i.test(value));
	let at = 1;
	while (at < words.length && /^(?:[-/]|\\\\|@)/.test(words[at]?.value ?? ""))
		at += /^[-/](?:u|p|n|w|r|a|c|rlo)$/i.test(words[at]?.value ?? "") ? 2 : 1;
	const text = restFrom(start.command, at);
	return text === "" ? [] : [{ ...commandText(text, start.environment, { ...noTrail, remote }) }];
}
