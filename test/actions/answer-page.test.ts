import fc from "fast-check";
import { expect, test } from "vitest";
import { answerPage, proposalPage } from "../../lib/actions/answer-page.ts";
import { proposedEntry } from "../../lib/actions/proposal.ts";
import type { Finding } from "../../lib/findings/finding.ts";
import { inert } from "../../lib/notify/text.ts";
import { aFinding, aSighting, at, redacted } from "../builders.ts";
import { everywhere } from "../notify/everywhere.ts";
import { forbidden, hostileRuns, hostileText } from "../notify/hostile.ts";

const now = at("21T20:00:00");
const byKim = { by: redacted("Kim Lee"), how: "page", verified: false, at: at("21T19:41:20") } as const;
const answered = aFinding({
	newest: aSighting({ exposes: [{ text: redacted("rdp://localhost:3389"), class: "rdp" }] }),
	ack: { ...byKim, until: at("22T19:41:20") },
	history: [{ ...byKim, kind: "acknowledge", n: 2, note: redacted("on the phone with them") }],
});

/** Everything that the page shows to somebody who is signed in. */
function shown(finding: Finding, person: string): string {
	const page = answerPage({
		finding,
		opens: "silence",
		form: { token: "form", visit: "0123abcd" },
		person: inert(redacted(person), 80),
		download: "/api/answer/x?download=approval",
		message: undefined,
		now,
	});
	const said = { kind: "propose", by: redacted(person), how: "page", verified: true, at: now, n: 2 } as const;
	const entry = proposedEntry({ ...finding, history: [...(finding.history ?? []), said] }, now);
	return `${page}${entry === undefined ? "" : proposalPage(entry, "/api/answer/x?download=approval")}`;
}

/** The page's own marks, and what a browser shows between them. */
function parsed(page: string): { readonly tags: readonly string[]; readonly texts: string } {
	const body = page.replaceAll(/<style>.*?<\/style>/gs, "");
	const texts = body.replaceAll(/<[^>]*>/g, " ").replaceAll("\n", " ");
	const marks: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
	return { tags: body.match(/<[^>]*>/g) ?? [], texts: texts.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (mark) => marks[mark] ?? mark) };
}

test("hostile text of devices and people adds no mark to the page, and no link or invisible character to its text", () => {
	const ours = new Set(parsed(shown(everywhere(answered, "x"), "x")).tags);
	expect(ours).toContain("<h1>");
	fc.assert(
		fc.property(hostileText, (text) => {
			const page = parsed(shown(everywhere(answered, text), text));
			const others = page.tags.filter((tag) => !ours.has(tag));
			if (others.length > 0) throw new Error(`marks that are not ours: ${others.join()}`);
			const left = forbidden.exec(page.texts);
			if (left !== null) throw new Error(`text that is forbidden: ${page.texts.slice(Math.max(0, left.index - 40), left.index + 40)}`);
		}),
		{ numRuns: hostileRuns(600) },
	);
});

test("a device without a name is shown by its id, and a program's hash is called one", () => {
	const nameless = shown({ ...answered, device: { ...answered.device, name: redacted("") } }, "Kim Lee");
	expect(nameless).toContain("<dt>Device</dt><dd>a3f1c0d9");
	expect(nameless).toMatch(/<dt>Program<\/dt><dd>SHA-256 [0-9a-f]{12}…<\/dd>/);
});
