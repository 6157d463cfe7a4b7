import { rememberedByPath } from "../../sighting/remembered-by-path.ts";
import { containerInner } from "./container-starts.ts";
import { baseName, nameKind, programName } from "./names.ts";
import { addressInner, appleInner, codeInner, packageInner, wholeTextInner } from "./package-starts.ts";
import { appletInner, compatibilityInner, daemonInner, dllInner, findInner, prefixInner, transferInner } from "./prefix-starts.ts";
import { remoteInner, sshInner } from "./remote-starts.ts";
import { nssmInner, serviceControlInner, valueInner, variableInner } from "./service-starts.ts";
import { inside } from "./shell-starts.ts";
import { powershellInner, shellInner } from "./shell-switches.ts";
import type { Start, Trail } from "./start.ts";
import { mostCommands, restFrom } from "./words.ts";

/** Layers of shells inside shells. Encoded ones shrink with each layer, so a few more cost nothing. */
const deepest = 8;

/** What a start comes to: itself, or what it starts in its place. */
export interface Expanded {
	readonly starts: readonly Start[];
	/** It starts something else, in a grammar we know; the inner starts stand above. */
	readonly isStarter: boolean;
}

/** Follows starters down to the programs they start. Bounded: so many commands, so many layers. */
export function expand(start: Start): Expanded {
	if (!mayStartOthers(start.image)) return { starts: [start], isStarter: false };
	const found: Start[] = [];
	const isStarter = collect(start, 0, found);
	if (!isStarter) return { starts: [start], isStarter };
	const starts = found.slice(0, mostCommands);
	return {
		starts: found.length > starts.length ? starts.map((one) => ({ ...one, trail: { ...one.trail, unread: true } })) : starts,
		isStarter,
	};
}

/** Whether a program of this path starts others in a grammar we know: of any other, its start comes to itself. */
export function mayStartOthers(image: string): boolean {
	return isStarterOfAny(image);
}

function collect(start: Start, depth: number, found: Start[]): boolean {
	if (nameKind(start.image) !== undefined && nameKind(start.argument0) !== undefined) return false;
	if (!mayStartOthers(start.image)) return false;
	const name = programName(start.image);
	const inner = starters.find(({ names }) => names.test(name))?.inner(start) ?? [];
	if (inner.length === 0) return false;
	const trail = start.trail.starter === "" ? { ...start.trail, starter: baseName(start.image) } : start.trail;
	for (const one of inner) {
		if (found.length > mostCommands) break;
		const next = { ...one, trail: merge(trail, one.trail, depth >= deepest) };
		if (depth >= deepest || !collect(next, depth + 1, found)) found.push(next);
	}
	return true;
}

function merge(outer: Trail, inner: Trail, capped: boolean): Trail {
	return {
		starter: outer.starter,
		container: inner.container === "none" ? outer.container : inner.container,
		remote: outer.remote || inner.remote,
		later: outer.later || inner.later,
		variable: outer.variable || inner.variable,
		startArguments: outer.startArguments || inner.startArguments,
		unread: outer.unread || inner.unread || capped,
		altered: outer.altered || inner.altered,
	};
}

interface Starter {
	/** Program names, lower case, without extension. */
	readonly names: RegExp;
	/** Empty where its own grammar leads to no inner command. */
	readonly inner: (start: Start) => readonly Start[];
}

const starters: readonly Starter[] = [
	{ names: /^cmd$/, inner: (start) => shellInner(start, "cmd", (value) => /^\/[ckr]$/i.test(value)) },
	{ names: /^(?:powershell|pwsh|powershell_ise)$/, inner: powershellInner },
	{ names: /^(?:sh|bash|dash|zsh|ash|ksh|fish)$/, inner: (start) => shellInner(start, "posix", (value) => /^-[a-z]*c$/.test(value)) },
	{ names: /^(?:script|asciinema)$/, inner: (start) => shellInner(start, "posix", (value) => /^(?:-[a-z]*c|--command)$/.test(value)) },
	{ names: /^(?:busybox|toybox)$/, inner: appletInner },
	{ names: /^(?:ssh|plink|klink)$/, inner: sshInner },
	{ names: /^(?:psexec|psexec64|paexec|winrs)$/, inner: remoteInner },
	{ names: /^(?:docker|podman|nerdctl|crictl|ctr|kubectl|docker-compose)$/, inner: containerInner },
	{ names: /^sc$/, inner: serviceControlInner },
	{ names: /^(?:nssm|winsw|srvany)$/, inner: nssmInner },
	{ names: /^(?:schtasks|reg|wmic|at)$/, inner: valueInner },
	{ names: /^(?:setx|systemctl|launchctl)$/, inner: variableInner },
	{ names: /^(?:net|net1)$/, inner: () => [] },
	{ names: /^wsl$/, inner: (start) => prefixInner(start, /^-(?:d|u)$|^--(?:distribution|user|cd)$/) },
	{ names: /^(?:pm2|nix|npx|bunx|npm|pnpm|yarn|bun|node|deno|go|python[\d.]*|pythonw|py|uvx|pipx)$/, inner: packageInner },
	{ names: /^(?:perl|ruby|php|lua)$/, inner: codeInner },
	{ names: /^osascript$/, inner: appleInner },
	{ names: /^(?:mshta|rundll32)$/, inner: (start) => [...addressInner(start), ...dllInner(start)] },
	{ names: /^(?:awk|gawk|mawk|socat|vim?|gdb|expect)$/, inner: wholeTextInner },
	{ names: /^find$/, inner: findInner },
	// What it hands to PowerShell behind a server's name.
	{ names: /^syncappvpublishingserver$/, inner: (start) => inside(restFrom(start.command, 1), start, "powershell") },
	{ names: /^bitsadmin$/, inner: transferInner },
	{ names: /^start-stop-daemon$/, inner: daemonInner },
	{ names: /^pcalua$/, inner: compatibilityInner },
	{
		names:
			/^(?:sudo|doas|runuser|su|pkexec|env|nohup|setsid|nice|ionice|timeout|stdbuf|systemd-run|screen|tmux|flatpak|snap|exec|command|time|chroot|caffeinate|watch|xargs|gosu|su-exec|tini|catatonit|dumb-init|s6-setuidgid|setuidgid|systemd-inhibit|systemd-cat|start|call|runas|conhost|forfiles|wt|strace|ltrace|firejail|proot|fakeroot|torsocks|torify|proxychains4?|unshare|nsenter|bwrap|unbuffer|cpulimit|taskset|chrt|setarch|parallel|flock|sg|daemonize|prlimit|choom|numactl|setpriv|dbus-run-session|gsudo|ld-linux[\w.-]*|ld-musl[\w.-]*)$/,
		inner: (start) => prefixInner(start, undefined),
	},
];

/** Most programs are none, and done after one look. */
const anyStarter = new RegExp(starters.map(({ names }) => names.source).join("|"));
const isStarterOfAny = rememberedByPath((image) => anyStarter.test(programName(image)));
