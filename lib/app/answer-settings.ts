import * as z from "zod";
import { readKeys } from "../actions/link.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const origin = /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost):\d{1,5})$/;

/** Settings of answers from messages. */
export const answerSettings = {
	ACTIONS: z
		.enum(["off", "link", "entra"], { error: "write off, link or entra" })
		.default("off")
		.describe(
			"Answers from a message (docs/operate.md): `off`; `link`, where anyone with the link gives short answers under a name that is not verified; `entra`, where people sign in.",
		),
	ACTIONS_KEY: z
		.string()
		.refine(
			(text) => readKeys(text) !== undefined,
			"write 32 random bytes in base64; up to three separated by blanks while you change them",
		)
		.transform((text) => readKeys(text))
		.optional()
		.describe("Key that signs the links of answers; it is a secret. The first one signs, all of them verify."),
	ACTIONS_URL: z
		.string()
		.refine((text) => origin.test(text) && URL.canParse(text), "write https:// and a host, without a path")
		// As browsers write it into `Origin`: without the port that goes without saying.
		.transform((text) => new URL(text).origin)
		.optional()
		.describe("Where people reach the app, for the links of answers. Default: the app's own host name."),
	ACTIONS_TENANT: z
		.string()
		.regex(guid, "write a tenant id (GUID)")
		.transform((text) => text.toLowerCase())
		.optional()
		.describe("With `ACTIONS` = `entra`: tenant that people sign in from."),
	ACTIONS_RESPONDERS: z
		.string()
		.transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
		.refine(
			(list) => list.every((one) => guid.test(one) || /^[A-Za-z][\w.-]{0,119}$/.test(one)),
			"write object ids of groups or values of app roles, separated by commas",
		)
		.prefault("")
		.describe("With `ACTIONS` = `entra`: groups (object ids) or app roles that may answer, separated by commas."),
} as const;

/** Settings that contradict each other. Without the platform's sign-in, anyone could write an identity into a request. */
export function answerMistakes(
	given: Readonly<Record<string, string | undefined>>,
	environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
	const mode = given["ACTIONS"];
	if (mode !== "link" && mode !== "entra") return [];
	const mistakes: string[] = [];
	if (given["ACTIONS_KEY"] === undefined) mistakes.push("ACTIONS_KEY: set it, or set ACTIONS to off");
	const host = environment["WEBSITE_HOSTNAME"]?.trim() ?? "";
	if (given["ACTIONS_URL"] === undefined && host === "") mistakes.push("ACTIONS_URL: set it to https:// and the host of the app");
	if (mode === "link") return mistakes;
	if (given["ACTIONS_TENANT"] === undefined) mistakes.push("ACTIONS_TENANT: set it to the tenant that people sign in from");
	if ((given["ACTIONS_RESPONDERS"] ?? "") === "") mistakes.push("ACTIONS_RESPONDERS: name the groups or app roles that may answer");
	return host === "" ? mistakes : [...mistakes, ...signInMistakes(environment)];
}

/** Where requests are answered, the platform must say that its sign-in is on: it is what takes forged identities away. */
export function signInMistakes(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
	if (environment["WEBSITE_AUTH_ENABLED"]?.trim().toLowerCase() === "true") return [];
	return [
		"ACTIONS: the sign-in of App Service is off (WEBSITE_AUTH_ENABLED), so anyone could forge an identity; switch it on, or set ACTIONS to link",
	];
}
