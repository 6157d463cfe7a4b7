import * as z from "zod";
import { type Severity, severities } from "../../detect/severity-scale.ts";

const text = (most: number) =>
	z
		.string()
		.regex(/\S/, "must not be empty")
		.max(most, `must have at most ${most} characters`)
		.regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, "must hold no control characters");

const list = <T extends z.ZodType>(member: T) =>
	z.array(member, "must be a list").min(1, "must not be empty").max(200, "must have at most 200 members");

const ownerships = ["ours", "not-ours", "cannot-tell"] as const;

const atLeast = severities.map((severity) => `>=${severity}` as const);

const severity = z.union(
	[z.literal(atLeast), list(z.literal(severities))],
	`must be one of ${atLeast.join(", ")}, or a list of severities`,
);

const when = z
	.strictObject({
		tenant: list(z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "must be a tenant id: a UUID"))
			.optional()
			.describe("Entra tenants, by id."),
		deviceGroup: list(text(256)).optional().describe("Device groups in Defender."),
		device: list(text(256)).optional().describe("Devices, by DeviceId or by their full name."),
		severity: severity.optional().describe('At least this severe, as in ">=medium", or one of a list.'),
		ownership: list(z.literal(ownerships, `must be ${ownerships.join(", ")}`))
			.optional()
			.describe("Whose tunnel it is."),
		family: list(text(80)).optional().describe("Kinds of tunnel tools, by id."),
		rule: list(text(100)).optional().describe("Rules of which one has fired, by id."),
	})
	.describe("Every member must hold; of a list, one value must. Without it, the line holds for everything.");

const line = z
	.strictObject({
		name: text(80).describe("What people call it; shown where a route is explained."),
		when: when.optional(),
		to: z
			.array(text(100), "must be a list of destinations")
			.max(24, "must have at most 24 members")
			.describe('Destinations by name, with the label of a further address behind a hyphen. Empty needs "digestOnly": true.'),
		digestOnly: z.boolean("must be true or false").optional().describe("true: no notice, only a place in the daily digest."),
		mention: z.boolean("must be true or false").optional().describe("false: the message mentions nobody."),
	})
	.refine((one) => one.to.length > 0 || one.digestOnly === true, {
		message: 'names no destination: name one, or say "digestOnly": true',
		path: ["to"],
	});

/** The file as people write it; `docs/routes.schema.json` is made from it for editors. */
export const routesFile = z
	.array(line, "must be a list of lines")
	.max(100, "must have at most 100 lines")
	.describe("Which findings go where. The first line that holds decides; without one, everything goes everywhere.");

/** What a line asks for; text is folded, and every member that is there must hold. */
export type Conditions = Readonly<Partial<Record<RouteMember, ReadonlySet<string>>>>;

/** In the order in which they are looked at. */
export const members = ["tenant", "deviceGroup", "device", "severity", "ownership", "family", "rule"] as const;

export type RouteMember = (typeof members)[number];

/** A line whose names are known. */
export interface RouteLine {
	readonly name: string;
	readonly when: Conditions;
	/** As it is written: what an explanation shows. */
	readonly severityAsWritten: string | undefined;
	readonly to: readonly string[];
	readonly digestOnly: boolean;
	readonly mention: boolean;
}

/** Makes text comparable: people write names in small letters and in capitals. */
export function fold(words: string): string {
	return words.normalize("NFC").trim().toLowerCase();
}

/** The line with its texts folded and its severities counted out. */
export function routeLine({ name, when: given = {}, to, digestOnly = false, mention = true }: z.infer<typeof line>): RouteLine {
	const { severity: severe, ...lists } = given;
	const folded = Object.entries(lists).map(([member, values = []]) => [member, new Set(values.map(fold))] as const);
	const severitySet: readonly Severity[] | undefined = typeof severe === "string" ? severities.slice(atLeast.indexOf(severe)) : severe;
	return {
		name,
		when: { ...Object.fromEntries(folded), ...(severitySet === undefined ? {} : { severity: new Set(severitySet) }) },
		severityAsWritten: typeof severe === "string" ? severe : severe?.join(", "),
		to: to.map(fold),
		digestOnly,
		mention,
	};
}
