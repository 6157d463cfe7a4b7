import * as z from "zod";
import { foldId } from "../defender/device-identity.ts";
import { redactOwnWords } from "../secrets/redact.ts";
import type { Redacted } from "../secrets/redacted.ts";
import { readReviewedJson } from "./reviewed-json.ts";

const text = (most: number) => z.string().regex(/\S/, "must not be empty").max(most, `must have at most ${most} characters`);

/** What an approval can name. */
const conditions = ["account", "sha256", "sha1", "signer", "path", "device", "deviceName", "deviceGroup", "user"] as const;

const entry = z
	.strictObject({
		name: text(80).optional().describe("What people call it; shown on cards."),
		account: z
			.string()
			.regex(/^[0-9a-fA-F]{32}$/, "must be an account tag: 32 hexadecimal characters")
			.optional()
			.describe("Account tag of the tunnel service. Strong: the verdict is Approved."),
		tunnels: z
			.union(
				[
					z.literal("any"),
					z
						.array(z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "must be a tunnel id: a UUID"))
						.min(1)
						.max(1_000),
				],
				'must be a list of tunnel ids, or "any"',
			)
			.optional()
			.describe('The tunnels of that account that are approved, or "any" for all of them; "any" needs "shared": false.'),
		shared: z
			.boolean()
			.optional()
			.describe(
				"Do others use this account too, as with hosted services that run tunnels for their customers? true: list the tunnels, any customer owns a token. false: needed for any tunnel to count.",
			),
		sha256: z
			.string()
			.regex(/^[0-9a-fA-F]{64}$/, "must be a SHA-256: 64 hexadecimal characters")
			.optional()
			.describe("Hash of the program. Weak by itself: lowers the severity one step."),
		sha1: z
			.string()
			.regex(/^[0-9a-fA-F]{40}$/, "must be a SHA-1: 40 hexadecimal characters")
			.optional()
			.describe("SHA-1 of the program, which more rows carry than SHA-256. Weak by itself."),
		signer: text(200).optional().describe("SignerType of a program whose signature is valid, as Defender writes it. Weak by itself."),
		path: text(1_024).optional().describe("Full path of the program, exactly. Weak by itself."),
		device: text(256).optional().describe("DeviceId: 40 hexadecimal characters. Weak by itself."),
		deviceName: text(256).optional().describe("The device's full name; names can be taken, so prefer its id. Weak by itself."),
		deviceGroup: text(256).optional().describe("Device group in Defender. Weak by itself."),
		user: text(256).optional().describe("DOMAIN\\user, or the UPN where Defender knows only that. Weak by itself."),
		tenants: z
			.array(z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "must be a tenant id: a UUID"))
			.min(1)
			.max(1_000)
			.optional()
			.describe("Entra tenants in which it holds, by id; all of them if absent."),
		owner: text(200).describe("Who answers for it."),
		reason: text(500).describe("Why it is approved."),
		until: z.iso.date("must be a date: YYYY-MM-DD").describe("Last day on which it holds, UTC."),
	})
	.refine((one) => (one.account === undefined) === (one.tunnels === undefined), {
		message: 'an account needs its tunnels, and tunnels need their account: list the tunnel ids, or write "any"',
		path: ["tunnels"],
	})
	.refine((one) => conditions.some((condition) => one[condition] !== undefined), { message: "says nothing that could be approved" })
	.refine((one) => one.shared !== true || one.tunnels !== "any", {
		message: "a shared account needs its tunnels listed: any customer of that service owns a token of it",
		path: ["tunnels"],
	})
	.refine((one) => one.shared === undefined || one.account !== undefined, {
		message: "says something about an account: name the account",
		path: ["shared"],
	})
	.meta({
		dependentRequired: { account: ["tunnels"], tunnels: ["account"], shared: ["account"] },
		anyOf: conditions.map((condition) => ({ required: [condition] })),
	});

/** The file as people write it; `docs/approvals.schema.json` is made from it for editors. */
export const approvalsFile = z
	.strictObject({
		$schema: z.string().optional(),
		approvals: z.array(entry).max(1_000),
	})
	.superRefine(({ approvals }, context) => {
		const shared = new Set(approvals.filter((one) => one.shared === true).map((one) => one.account?.toLowerCase()));
		approvals.forEach((one, at) => {
			if (one.tunnels !== "any" || !shared.has(one.account?.toLowerCase())) return;
			context.addIssue({
				code: "custom",
				path: ["approvals", at, "tunnels"],
				message: "another entry says that this account is shared: list the tunnels",
			});
		});
	})
	.describe("Tunnels that are ours.");

/** "This is ours." Everything it names must hold; with an account it is strong, without one weak. */
export interface Approval {
	/** Its place in the file, from 1. */
	readonly number: number;
	/** Its name, or what identifies it best. */
	readonly label: Redacted;
	readonly account: string | undefined;
	readonly tunnels: "any" | readonly string[];
	/** Others use the account too; `undefined` in entries that do not say. */
	readonly shared: boolean | undefined;
	readonly sha256: string | undefined;
	readonly sha1: string | undefined;
	readonly signer: string | undefined;
	readonly path: string | undefined;
	readonly device: string | undefined;
	readonly deviceName: string | undefined;
	readonly deviceGroup: string | undefined;
	readonly user: string | undefined;
	/** Where it holds; `undefined` = in every tenant. */
	readonly tenants: readonly string[] | undefined;
	readonly owner: Redacted;
	readonly reason: Redacted;
	/** Its last day, as written. */
	readonly until: Redacted;
	/** The moment from which it no longer holds. */
	readonly ends: Date;
}

export type ApprovalsRead =
	| { readonly ok: true; readonly approvals: readonly Approval[]; readonly warnings: readonly string[] }
	/** Sentences that say where and what to do; none shows a value of the file. */
	| { readonly ok: false; readonly mistakes: readonly string[] };

/** Reads the text of an approvals file; all mistakes at once. A file with a mistake approves nothing: keep the last good one. */
export function readApprovals(json: string, now: Date): ApprovalsRead {
	const read = readReviewedJson(json, approvalsFile);
	if (!read.ok) return read;
	const approvals = read.value.approvals.map(approval);
	return { ok: true, approvals, warnings: approvalWarnings(approvals, now) };
}

/** True from the moment `ends`, which is the end of the approval's last day. */
export function isExpired(one: Approval, now: Date): boolean {
	return one.ends <= now;
}

/**
 * A managed fleet whose token is never visible: the device or its group, the exact path, and the program's hash or signer.
 * Together they approve a connector, so that it is counted and nobody is told.
 */
export function isFleet(one: Approval): boolean {
	const where = one.deviceGroup !== undefined || one.device !== undefined;
	return one.account === undefined && where && one.path !== undefined && (one.sha1 ?? one.sha256 ?? one.signer) !== undefined;
}

/** Entries to review: ended, weak or overlapping. Depends on the time. */
export function approvalWarnings(approvals: readonly Approval[], now: Date): readonly string[] {
	const active = approvals.filter((one) => !isExpired(one, now));
	const expired = approvals
		.filter((one) => isExpired(one, now))
		.map((one) => `approvals[${one.number - 1}] ended on ${one.until}: renew or remove it`);
	const any = active
		.filter((one) => one.tunnels === "any")
		.map((one) =>
			one.shared === false
				? `approvals[${one.number - 1}] approves any tunnel of its account: list the tunnels where you can`
				: `approvals[${one.number - 1}] approves any tunnel and does not count until it says "shared": false; list the tunnels of an account that others use too`,
		);
	const named = active
		.filter((one) => one.device !== undefined && !/^[0-9a-f]{40}$/i.test(one.device))
		.map((one) => `approvals[${one.number - 1}].device is no DeviceId, so it matches nothing: write the id, or the name as deviceName`);
	const weak = active
		.filter((one) => one.account === undefined && !isFleet(one))
		.map((one) => `approvals[${one.number - 1}] is weak: it names no account, so it only lowers the severity one step`);
	// Each is named once, with the first that it overlaps: of a thousand equal entries, not each with each.
	const overlapping = active.flatMap((other, at) => {
		const one = active.slice(0, at).find((earlier) => overlaps(earlier, other));
		if (one === undefined) return [];
		return [`approvals[${one.number - 1}] and approvals[${other.number - 1}] overlap: keep one, so that its end is clear`];
	});
	return [...expired, ...any, ...named, ...weak, ...overlapping];
}

function approval(one: z.infer<typeof entry>, index: number): Approval {
	const ends = new Date(`${one.until}T00:00:00Z`);
	ends.setUTCDate(ends.getUTCDate() + 1);
	const identity =
		one.account?.slice(0, 8) ??
		one.device ??
		one.deviceName ??
		one.deviceGroup ??
		one.user ??
		one.path ??
		one.sha256?.slice(0, 8) ??
		one.sha1?.slice(0, 8) ??
		one.signer ??
		"";
	return {
		number: index + 1,
		label: redactOwnWords(one.name ?? identity),
		account: one.account?.toLowerCase(),
		tunnels: one.tunnels === "any" ? "any" : (one.tunnels ?? []).map((id) => id.toLowerCase()),
		shared: one.shared,
		sha256: one.sha256?.toLowerCase(),
		sha1: one.sha1?.toLowerCase(),
		signer: one.signer,
		path: one.path,
		device: one.device,
		deviceName: one.deviceName,
		deviceGroup: one.deviceGroup,
		user: one.user,
		tenants: one.tenants?.map((id) => foldId(id)),
		owner: redactOwnWords(one.owner),
		reason: redactOwnWords(one.reason),
		until: redactOwnWords(one.until),
		ends,
	};
}

/** Those that hold in this tenant. What another tenant approved says nothing here, for or against a tunnel. */
export function approvalsIn(tenantId: string, approvals: readonly Approval[]): readonly Approval[] {
	const id = foldId(tenantId);
	return approvals.filter(({ tenants }) => tenants === undefined || tenants.includes(id));
}

/** The same condition with the same value, and for accounts a tunnel in common. Entries that narrow it differently do not. */
function overlaps(one: Approval, other: Approval): boolean {
	if (one.tenants !== undefined && other.tenants !== undefined && !one.tenants.some((id) => other.tenants?.includes(id))) return false;
	const same = conditions.every((condition) => one[condition]?.toLowerCase() === other[condition]?.toLowerCase());
	if (!same || one.account === undefined) return same;
	if (one.tunnels === "any" || other.tunnels === "any") return true;
	const listed = new Set(other.tunnels);
	return one.tunnels.some((id) => listed.has(id));
}
