import { nameKind, programName } from "./names.ts";
import { variableStart } from "./registry-value.ts";
import { shellInner } from "./shell-switches.ts";
import { fromWords, noTrail, type Start } from "./start.ts";
import { isOwnVariables } from "./surroundings.ts";
import { type Word, wordAfter } from "./words.ts";

const imageReference =
	/^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/)?(?:[\w.:-]{1,128}\/){0,6}cloudflared(?:-fips[\w.-]{0,64})?(?:[:@][\w.:-]{1,128})?$/i;
const officialImage =
	/^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/)?cloudflare\/cloudflared(?:-fips[\w.-]{0,64})?(?:[:@][\w.:-]{1,128})?$/i;

/** Behind the image reference, or behind the program's name for `exec`. The image's own entry point adds its flags. */
export function containerInner(start: Start): readonly Start[] {
	const { words } = start.command;
	const altered = words.some(({ value }, at) => isOption(words, at) && changesContainer(value, words[at + 1]?.value ?? ""));
	const found = startsInside(start);
	return altered ? found.map((one) => ({ ...one, trail: { ...one.trail, altered } })) : found;
}

/** The value of a variable is none, whatever folders it names. */
function isOption(words: readonly Word[], at: number): boolean {
	return !/^(?:-e\w|--env=)/.test(words[at]?.value ?? "") && !/^(?:-e|--env)$/.test(words[at - 1]?.value ?? "");
}

/** The device itself under its everyday name, as a target for the tunnel. */
const ownHost = /^(?:host\.docker|host\.containers|gateway\.docker)\.internal[:=]/i;

function changesContainer(option: string, next: string): boolean {
	const [, name, glued] = /^--(add-host|env-file)(?:=(.*))?$/s.exec(option) ?? [];
	if (name === "add-host") return !ownHost.test(glued ?? next);
	if (name === "env-file") return !isOwnVariables(glued ?? next);
	return otherFiles.test(option);
}

/** A volume over the image's programs, libraries or settings; the clock's are everyday. */
const otherFiles =
	/^--(?:init-path|rootfs)(?:=|$)|(?::|(?:^|,)(?:target|dst|destination)=)\/(?:etc(?!\/(?:localtime|timezone)\b)|usr|lib\d{0,2}|bin|sbin|home|root)(?:[/:,]|$)/;

function startsInside(start: Start): readonly Start[] {
	const { words } = start.command;
	const verb = words.findIndex(({ value }, at) => at > 0 && /^(?:run|create|exec|runp|debug)$/.test(value));
	if (verb === -1) return variablesGiven(words);
	const environment = new Map(start.environment);
	words.forEach(({ value }, at) => {
		const assigned = /^(?:-e|--env)$/.test(value) ? words[at + 1]?.value : /^(?:--env=|-e(?=\w))(.*)$/s.exec(value)?.[1];
		const equals = assigned?.indexOf("=") ?? -1;
		if (assigned !== undefined && equals > 0)
			environment.set(assigned.slice(0, equals), { value: assigned.slice(equals + 1), start: 0, hidden: /[$%]/.test(assigned) });
	});
	const isExec = words[verb]?.value === "exec";
	const image = words.findIndex(
		({ value }, at) =>
			at > verb &&
			(isExec
				? nameKind(value) !== undefined && at > verb + 1
				: imageReference.test(value.replace(/^--image=/, "")) && !isValue(words, at)),
	);
	if (image === -1) return isExec ? execInner(start, verb, environment) : shellInContainer(start, verb, environment);
	const behind = words.slice(image + 1);
	const dashes =
		words[image]?.value.startsWith("--image=") === true || programName(start.image) === "kubectl"
			? behind.findIndex(({ value }) => value === "--")
			: -1;
	const given = dashes === -1 ? behind : behind.slice(dashes + 1);
	const entry = isExec ? "" : entryPoint(words.slice(verb, image));
	const program = { value: entry || "cloudflared", start: 0, hidden: false };
	if (entry !== "" && nameKind(entry) === undefined)
		return [fromWords({ text: start.command.text, words: [program, ...given] }, "", environment, { ...noTrail, container: "mirror" })];
	const withoutName = given[0] !== undefined && nameKind(given[0].value) === "named" ? given.slice(1) : given;
	const args = withoutName.length === 0 && !isExec ? [{ value: "version", start: 0, hidden: false }] : withoutName;
	const container = isExec || officialImage.test((words[image]?.value ?? "").replace(/^--image=/, "")) ? "official" : "mirror";
	return [fromWords({ text: start.command.text, words: [program, ...args] }, "cloudflared", environment, { ...noTrail, container })];
}

/** `kubectl set env deployment/web N=V`, `docker service update --env-add N=V`: the containers start again, and read it. */
function variablesGiven(words: readonly Word[]): readonly Start[] {
	const at = words.findIndex(({ value }, index) => (value === "env" && words[index - 1]?.value === "set") || value === "--env-add");
	return at === -1
		? []
		: words.slice(at + 1).flatMap(({ value }) => variableStart(value.slice(0, value.indexOf("=")), value.slice(value.indexOf("=") + 1)));
}

/** Options that stand alone; the word behind any other is its value, such as the container's name. */
const switches =
	/^(?:-[ditqP]{1,5}|--(?:rm|rmi|detach|interactive|tty|init|privileged|read-only|replace|quiet|publish-all|no-healthcheck|oom-kill-disable|disable-content-trust|sig-proxy|tls-verify|stdin|attach|quiet-pull|image))$/;

function isValue(words: readonly Word[], at: number): boolean {
	const { value } = words[at - 1] ?? { value: "" };
	return value.startsWith("-") && !value.includes("=") && !switches.test(value);
}

/** `--entrypoint PROGRAM`: runs in place of the image's own program. */
function entryPoint(options: readonly Word[]): string {
	const glued = options.map(({ value }) => /^--entrypoint=(.+)$/s.exec(value)?.[1]).find((one) => one !== undefined);
	return glued ?? wordAfter(options, /^--entrypoint$/)?.value ?? "";
}

const valuedByExec = /^(?:-[euwnc]|--(?:env|env-file|user|workdir|detach-keys|namespace|container|context|kubeconfig))$/;

/** `docker exec box program …`, `kubectl exec pod -- program …`: whatever the program is called. */
function execInner(start: Start, verb: number, environment: ReadonlyMap<string, Word>): readonly Start[] {
	const { words } = start.command;
	const dashes = words.findIndex(({ value }, at) => at > verb && value === "--");
	let at = dashes === -1 ? verb + 1 : dashes;
	while (dashes === -1 && words[at]?.value.startsWith("-") === true) at += valuedByExec.test(words[at]?.value ?? "") ? 2 : 1;
	const rest = words.slice(at + 1);
	if (rest.length === 0) return [];
	return [fromWords({ text: start.command.text, words: rest }, "", environment, { ...noTrail, container: "official" })];
}

/** `docker run image sh -c "…"`. */
function shellInContainer(start: Start, verb: number, environment: ReadonlyMap<string, Word>): readonly Start[] {
	const { words } = start.command;
	const shell = words.findIndex(({ value }, at) => at > verb && /(?:^|\/)(?:sh|bash|ash)$/.test(value));
	if (shell === -1) return unknownImage(start, verb, environment);
	return shellInner({ ...start, environment, command: { text: start.command.text, words: words.slice(shell) } }, "posix", (value) =>
		/^-[a-z]*c$/.test(value),
	);
}

/** `docker run some/image tunnel run --token …`: cloudflared under another image's name, by its arguments. */
function unknownImage(start: Start, verb: number, environment: ReadonlyMap<string, Word>): readonly Start[] {
	const { words } = start.command;
	const subcommand = words.findIndex(({ value }, at) => at > verb + 1 && value === "tunnel");
	if (subcommand === -1) return [];
	const command = { text: start.command.text, words: words.slice(subcommand - 1) };
	return [fromWords(command, "", environment, { ...noTrail, container: "mirror" })];
}
