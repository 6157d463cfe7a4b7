import { isWorse } from "../../detect/severity-scale.ts";
import type { FamilySteps, StepTemplate } from "../../families/family.ts";
import { findFamily } from "../../families/find-family.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Mode, Sighting, TargetClass } from "../../sighting/sighting.ts";
import { type Inert, inertText, sealed } from "../text.ts";
import { exposedSince } from "./exposed-since.ts";
import { type Names, namesOf } from "./names.ts";
import { isBystander, isKept } from "./seen-as.ts";
import { clockOn } from "./time.ts";
import { sceneOf, toolWords } from "./tunnel-words.ts";

/**
 * What to do first, second, third. Chosen by whose tunnel it is, how it runs, what it lets in and where it was seen.
 * Every step names its values; one that the head has answered, or that cannot be done, is left out.
 */
export function stepWords(finding: Finding, word: number): readonly Inert[] {
	const names = namesOf(finding, word);
	const steps =
		finding.worst.ownership.verdict === "ours"
			? approvedSteps(finding, names)
			: finding.confirmedAt === undefined
				? [...askSteps(finding, names), ...leadSteps(finding, names), isolate(finding, names), ...followUps(finding, names)]
				: [isolateNow(finding, names), ...leadSteps(finding, names), ...followUps(finding, names)];
	return [...new Set(steps)].slice(0, 3).map(sealed);
}

/** An approved tunnel is told only where something about it is out of place. */
function approvedSteps({ worst }: Finding, names: Names): readonly Inert[] {
	const steps = stepsOf(worst);
	const target = sceneOf(worst) === "tunnel" ? filled(steps?.approvedTarget, worst, names) : [];
	return [
		...(target.length > 0 ? target : [inertText`If this tunnel has no business on ${names.device}, take it out of your approvals.`]),
		...filled(steps?.exposedCredential[worst.mode], worst, names),
	];
}

/** Who can explain it: a person if one is known; if only the system's account is, the parent program is the lead. */
function askSteps(finding: Finding, names: Names): readonly Inert[] {
	const { firstSeen, lastSeen, worst } = finding;
	const { asked: user, device, file, folder, parent, remote } = names;
	const tool = toolWords(worst);
	const program = file === "" ? tool : file;
	const when = clockOn(worst.at < firstSeen ? firstSeen : worst.at, lastSeen);
	const asked = user !== "";
	const by = parent === "" ? inertText`` : inertText` It was started by ${parent}.`;
	if (worst.table === "DeviceNetworkEvents" && worst.program.fileName === "") {
		const looksUp = remote === "" || /^Dns/.test(worst.actionType);
		const does = looksUp ? inertText`looks up the servers of a tunnel` : inertText`talks to ${remote}`;
		return [inertText`Find out which program on ${device} ${does} (Open device › Timeline).`];
	}
	if (worst.table === "DeviceNetworkEvents" && isBystander(worst) && sceneOf(worst) === "tunnel") {
		const did = remote === "" ? inertText`connected to a tunnel` : inertText`connected to ${remote}`;
		const maybe = inertText`It may have done so for another program, such as a container.`;
		return [
			asked
				? inertText`Ask ${user} why ${program} on ${device} ${did}. ${maybe}`
				: inertText`Find out why ${program} on ${device} ${did}. ${maybe}`,
		];
	}
	if (sceneOf(worst) === "visit")
		return [
			asked
				? inertText`Ask ${user} what they opened: ${program} on ${device} reached somebody's quick tunnel.`
				: inertText`Find out what made ${program} on ${device} open that address.${by}`,
		];
	if (worst.later === "variable")
		return [
			asked
				? inertText`Ask ${user} why they set a variable for ${tool} on ${device}.`
				: inertText`Find out who set a variable for ${tool} on ${device}.${by}`,
		];
	if (isKept(worst)) {
		const kept = isBystander(worst) ? tool : program;
		return [
			asked
				? inertText`Ask ${user} whether they set up ${kept} to start automatically on ${device}.`
				: inertText`Find out who set up ${kept} to start automatically on ${device}.`,
		];
	}
	switch (worst.table) {
		case "DeviceLogonEvents":
			return asked
				? [inertText`Ask ${user} whether they logged on to ${device} at ${when}. If not, disable the account and reset its password.`]
				: [];
		case "DeviceFileEvents":
			return [
				asked
					? inertText`Ask ${user} why ${program} is on ${device}.`
					: inertText`Find out what put ${program} on ${device}${folder === "" ? inertText`` : inertText`, in ${folder}`}.`,
			];
		default:
	}
	if (asked && isScript(worst)) return [inertText`Ask ${user} what the script does with ${tool} on ${device}.`];
	if (isBystander(worst))
		return [
			asked
				? inertText`Ask ${user} what ${program} does with ${tool} on ${device}.`
				: inertText`Find out what ${program} does with ${tool} on ${device}.${by}`,
		];
	if (worst.elsewhere === true)
		return [
			asked
				? inertText`Ask ${user} on which machine they ${deeds[worst.mode] ?? inertText`started`} ${program} from ${device}; the command line names it.`
				: inertText`Find the machine on which ${program} was ${deeds[worst.mode] ?? inertText`started`} from ${device}; the command line names it.${by}`,
		];
	if (asked) return [inertText`Ask ${user} whether they ${deeds[worst.mode] ?? inertText`started`} ${program} on ${device}.`];
	const deed = worst.mode === "access-client" ? inertText`uses` : (deeds[worst.mode] ?? inertText`started`);
	return [inertText`Find out who ${deed} ${program} on ${device}.${by}`];
}

function isScript({ actionType, table }: Sighting): boolean {
	return table === "DeviceEvents" && /^(PowerShellCommand|ScriptContent|AmsiScript)/.test(actionType);
}

const deeds: Readonly<Partial<Record<Mode, Inert>>> = {
	"service-install": inertText`installed`,
	"service-uninstall": inertText`removed`,
	maintenance: inertText`ran`,
	"would-fail": inertText`tried to start`,
	"access-client": inertText`use`,
};

/** What leads on: whose tunnel it is, where the head could not say; else what came of something that opens none. */
function leadSteps(finding: Finding, names: Names): readonly Inert[] {
	const owner = ownerSteps(finding, names);
	return owner.length > 0 ? owner : aftermath(finding, names);
}

/** How to learn whose tunnel it is, where the head could not say. */
function ownerSteps({ worst }: Finding, names: Names): readonly Inert[] {
	if (worst.ownership.verdict === "not-ours") return [];
	const steps = stepsOf(worst);
	return filled(names.account === "" ? steps?.findAccount[worst.mode] : steps?.account, worst, names);
}

function stepsOf({ family }: Sighting): FamilySteps | undefined {
	return findFamily(family)?.words.steps;
}

/** The family's step with what is known in its holes; none while something is missing. */
function filled(template: StepTemplate | undefined, worst: Sighting, names: Names): readonly Inert[] {
	if (template === undefined) return [];
	const holes: Readonly<Record<string, Inert>> = {
		...names,
		...(worst.elsewhere === true ? { device: inertText`` } : {}),
		program: names.file === "" || isBystander(worst) ? toolWords(worst) : names.file,
	};
	const parts = template.split(/\{(\w+)\}/);
	const words = parts.filter((_, at) => at % 2 === 0);
	const wanted = parts.filter((_, at) => at % 2 === 1);
	const known = wanted.flatMap((name) => {
		const value = Object.hasOwn(holes, name) ? holes[name] : undefined;
		return value === undefined || value === "" ? [] : [value];
	});
	return known.length === wanted.length ? [inertText(Object.assign([...words], { raw: words }), ...known)] : [];
}

/** No approval is not yet proof; when nobody answers for the tunnel either, the answer is plain. */
function isolate({ severity, worst }: Finding, { device }: Names): Inert {
	// A device is not cut off for what is worth a look in the morning.
	if (!isWorse(severity, "low") && worst.ownership.verdict === "cannot-tell")
		return inertText`If nobody can explain it, the answer is Not ours. That escalates it.`;
	const drops = whatDrops(worst);
	return worst.ownership.verdict === "not-ours"
		? inertText`If nobody can explain it, the answer is Not ours. Then isolate ${device} (Open device › Isolate). ${drops}`
		: inertText`If nobody can explain it, isolate ${device} (Open device › Isolate). ${drops}`;
}

/** Somebody has answered already that it is an intruder. */
function isolateNow({ worst }: Finding, { device }: Names): Inert {
	return inertText`Isolate ${device} now (Open device › Isolate). ${whatDrops(worst)}`;
}

/** What isolating cuts. */
function whatDrops(worst: Sighting): Inert {
	const defender = inertText`Defender stays connected.`;
	const scene = sceneOf(worst);
	if (scene === "tunnel" && worst.elsewhere === true)
		return inertText`The tunnel is on the other machine: isolate that one too. ${defender}`;
	if (scene === "tunnel") return inertText`The tunnel drops; ${defender}`;
	return scene === "client" || scene === "visit" ? inertText`Its connection drops; ${defender}` : defender;
}

/** What came of it, where nothing is open yet. */
function aftermath({ firstSeen, lastSeen, worst }: Finding, { device, file }: Names): readonly Inert[] {
	const since = clockOn(firstSeen, lastSeen);
	switch (sceneOf(worst)) {
		case "tunnel":
		case "client":
			return [];
		case "visit":
			return file === "" ? [] : [inertText`Look at what ${file} wrote or started on ${device} from ${since} on (Open device › Timeline).`];
		case "command":
		case "trace":
			return [inertText`Look at what ran on ${device} from ${since} on (Open device › Timeline): a tunnel may have followed.`];
	}
}

/** What an intruder may have done already. Only a tunnel lets something in. */
function followUps(finding: Finding, names: Names): readonly Inert[] {
	const { account, device, file, hostname, related, target } = names;
	const { firstSeen, lastSeen, worst } = finding;
	const scene = sceneOf(worst);
	const isHere = scene === "tunnel" && worst.elsewhere !== true;
	const [first] = isHere ? worst.exposes : [];
	// The row of the tunnel has answered it: nobody else has the account.
	const isAlone = worst.prevalence?.account?.devices === 1;
	return [
		...(first === undefined || isKept(worst) ? [] : [through[first.class](target, exposedSince(finding))]),
		...(worst.ownership.verdict === "not-ours" && account !== "" && !isAlone
			? [
					related === ""
						? inertText`Search all devices for account ${account}: one account on several devices is one intruder.`
						: inertText`Look at ${related} too: the same account was seen there.`,
				]
			: []),
		...(isHere ? [loopbackLogons(device, clockOn(firstSeen, lastSeen))] : []),
		...(scene === "client" && hostname !== ""
			? [inertText`Find out what answers at ${hostname}: ${device} reaches it through somebody's tunnel.`]
			: []),
		...(file === "" || isBystander(worst) ? [] : [inertText`Keep ${file} as evidence before anyone removes it.`]),
	];
}

function loopbackLogons(device: Inert, since: Inert): Inert {
	return inertText`Check logons on ${device} from 127.0.0.1 since ${since}: logons through a tunnel come from there, and Hunt lists them.`;
}

const through: Readonly<Record<TargetClass, (target: Inert, since: Inert) => Inert>> = {
	rdp: (target, since) =>
		inertText`Check who used ${target} since ${since}: Hunt lists logons from 127.0.0.1, where RDP through a tunnel arrives.`,
	ssh: (target, since) => inertText`Check who used ${target} since ${since}: SSH through a tunnel arrives from 127.0.0.1.`,
	smb: (target, since) => inertText`Check what was read or written through ${target} since ${since}.`,
	vnc: (target, since) => inertText`Check who used ${target} since ${since}: VNC through a tunnel arrives from 127.0.0.1.`,
	winrm: (target, since) => inertText`Check what was run through ${target} since ${since}.`,
	http: (target, since) => inertText`Check what ${target} serves and whether it asks for a sign-in: anyone could open it since ${since}.`,
	network: (target, since) => inertText`Check connections from this device into ${target} since ${since}: the tunnel reaches all of it.`,
	other: (target, since) => inertText`Check what answers at ${target}: it has been reachable from outside since ${since}.`,
};
