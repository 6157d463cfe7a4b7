import { createHash } from "node:crypto";
import type { AnswerKind } from "../findings/answered.ts";
import { type Finding, findingId } from "../findings/finding.ts";
import { longestSilenceOf, silenceNow } from "../findings/silence.ts";
import { htmlText } from "../notify/html.ts";
import { didWords, whoWords } from "../notify/story/answer-words.ts";
import { findingTitle } from "../notify/story/finding-title.ts";
import { severityMeter } from "../notify/story/story.ts";
import { utc } from "../notify/story/time.ts";
import { verdictWords } from "../notify/story/tunnel-words.ts";
import { type Inert, idText, inert, inertText, shortWords } from "../notify/text.ts";
import { isOffered } from "./answer.ts";

/** What a page shows of a finding. Without a sign-in it shows no command line, no path and no user. */
export interface PageView {
	readonly finding: Finding;
	readonly opens: AnswerKind;
	/** The form's token, and the name of the cookie that belongs to it; absent = nothing can be answered here. */
	readonly form: { readonly token: string; readonly visit: string } | undefined;
	/** Name of who is signed in; absent without a sign-in. */
	readonly person: Inert | undefined;
	/** Where the entry of an approval that was proposed is sent as a file; absent where none was, or without a sign-in. */
	readonly download?: string | undefined;
	/** What just happened, or why it did not. */
	readonly message: { readonly text: Inert; readonly isProblem: boolean } | undefined;
	readonly now: Date;
}

const style = `:root{color-scheme:light dark}*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,'Segoe UI','Noto Sans',sans-serif;background:#f5f5f5;color:#1b1b1b}main{max-width:40rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}h1{font-size:1.35rem;line-height:1.3;margin:.25rem 0}h2{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.5rem 0}.head,form,.said{background:#fff;border:1px solid #767676;border-radius:.5rem;padding:1rem;margin:0 0 1rem}.bad{border:3px solid #b00020}.good{border:3px solid #0b6a0b}dl{display:grid;grid-template-columns:6rem 1fr;gap:.25rem .75rem;margin:.5rem 0}dt{color:#555}dd{margin:0}fieldset{border:0;padding:0;margin:0}legend{font-weight:600;padding:0}.choice{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0;min-height:44px}.choice input{flex:none;width:1.25rem;height:1.25rem;margin:.15rem 0 0}.choice b{display:block}label{display:block}input[type=text],select,textarea{width:100%;font:inherit;padding:.6rem;border:1px solid #767676;border-radius:.25rem;background:#fff;color:#1b1b1b;min-height:44px}a{color:#3b3fa5}.file{display:inline-block;min-height:44px;padding:.6rem 0}button{font:inherit;font-weight:600;min-height:44px;padding:.6rem 1.5rem;border:1px solid transparent;border-radius:.25rem;background:#4b4fb5;color:#fff;margin-top:1rem}pre{white-space:pre-wrap;background:#eee;padding:.75rem;border-radius:.25rem}ul{padding-left:1.25rem}small{color:#555}@media (prefers-color-scheme:dark){body{background:#141414;color:#f0f0f0}.head,form,.said,input[type=text],select,textarea{background:#242424;color:#f0f0f0;border-color:#8a8a8a}a{color:#9da1ff}dt,small{color:#c4c4c4}pre{background:#333}button{background:#9da1ff;color:#141414}.bad{border-color:#ff8a8a}.good{border-color:#7bd67b}}`;

/** Of the one style block; the policy names it, so that no other style and no script at all can be. */
export const styleHash: string = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** Small, without scripts, images or fonts; made to be read on a phone at night. */
export function answerPage(view: PageView): string {
	const { finding, message, person, form, now } = view;
	return page(
		inertText`${findingTitle(finding)}`,
		[
			message === undefined
				? ""
				: `<div class="said ${message.isProblem ? "bad" : "good"}" role="${message.isProblem ? "alert" : "status"}">${html(message.text)}</div>`,
			`<div class="head"><small>${html(severityMeter(finding.severity))} · ${html(idText(findingId(finding)))} · notice ${finding.want}</small>`,
			`<h1>${html(findingTitle(finding))}</h1><p>${html(verdictWords[finding.worst.ownership.verdict])} ${html(stateWords(finding, now))}</p>`,
			`<dl>${facts(finding, person !== undefined)
				.map(([name, text]) => `<dt>${html(name)}</dt><dd>${html(text)}</dd>`)
				.join("")}</dl>`,
			"<p><small>A silence covers exactly this account, tunnel, program, user and target. Anything else still alerts.</small></p></div>",
			form === undefined ? "" : formOf(view, form),
			historyOf(finding),
			view.download === undefined ? "" : downloadLink(view.download),
		].join("\n"),
	);
}

/** For what has nothing to do with a finding: a bad link, an old form. */
export function messagePage(title: Inert, ...sentences: readonly Inert[]): string {
	return page(title, `<div class="head"><h1>${html(title)}</h1>${sentences.map((one) => `<p>${html(one)}</p>`).join("")}</div>`);
}

function page(title: Inert, content: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

function stateWords(finding: Finding, now: Date): Inert {
	const { ack } = finding;
	const silence = silenceNow(finding, now);
	if (finding.status === "closed") return inertText`It is closed; if it is seen again, it alerts again.`;
	if (silence !== undefined)
		return inertText`Silenced by ${whoWords(silence)} until ${utc(silence.until)}; events held back: ${silence.held}.`;
	if (ack !== undefined && ack.until > now) return inertText`Acknowledged by ${whoWords(ack)} at ${utc(ack.at)}.`;
	return inertText`Nobody has answered yet.`;
}

function facts(finding: Finding, isSignedIn: boolean): readonly (readonly [Inert, Inert])[] {
	const seen = [finding.worst, finding.newest];
	const list = (texts: readonly Inert[]): Inert => ([...new Set(texts.filter((text) => text !== ""))].join(", ") || "not visible") as Inert;
	const tunnels = seen.flatMap(({ tunnel, otherTunnels = [] }) => (tunnel === undefined ? otherTunnels : [tunnel, ...otherTunnels]));
	const name = (text: Parameters<typeof inert>[0], max = 120) => shortWords(inert(text, max), 60);
	const rows: (readonly [Inert, Inert])[] = [
		[inertText`Device`, name(finding.device.name || finding.device.id)],
		[inertText`Account`, list(tunnels.map(({ account }) => idText(account)))],
		[inertText`Tunnel`, list(tunnels.map(({ tunnelId }) => idText(tunnelId)))],
		[
			inertText`Program`,
			list(
				seen.map(({ program }) =>
					program.sha256 === "" ? inertText`unknown hash` : inertText`SHA-256 ${idText(program.sha256.slice(0, 12))}…`,
				),
			),
		],
		[inertText`Target`, list(seen.flatMap(({ exposes }) => exposes.map(({ text }) => name(text))))],
	];
	if (isSignedIn) {
		rows.push([inertText`User`, list(seen.map(({ program }) => name(program.user)))]);
		rows.push([inertText`Path`, list(seen.map(({ program }) => name(program.path, 200)))]);
	}
	rows.push([inertText`Last seen`, utc(finding.lastSeen)]);
	return rows;
}

const choices: readonly (readonly [AnswerKind, string, string])[] = [
	["acknowledge", "Acknowledge", "I am on it. No reminder for 24 hours; anything new or worse still alerts."],
	["silence", "Silence", "I know this one. Hold back what is shown above, for a time."],
	[
		"not-ours",
		"Not ours",
		"Escalate: everyone who was told is alerted again, at high severity or above. It cannot be silenced until it is closed.",
	],
	["lift", "Lift the silence", "Alert again from now on."],
	["propose", "Propose approval", "Show an entry for the approvals file. Nothing is approved until a reviewed file says so."],
	["close", "Close", "It is dealt with. If it is seen again, it alerts again."],
];

function formOf({ finding, opens, person, now }: PageView, { token, visit }: NonNullable<PageView["form"]>): string {
	const days = Math.floor(longestSilenceOf(finding) / 86_400_000);
	const offered = choices.filter(([kind]) => isOffered(kind, finding, person !== undefined, now));
	const offers = (wanted: AnswerKind): boolean => offered.some(([kind]) => kind === wanted);
	const preselected = offers(opens) ? opens : undefined;
	const radios = offered.map(
		([kind, title, text]) =>
			`<label class="choice"><input type="radio" name="answer" value="${kind}" required${kind === preselected ? " checked" : ""}><span><b>${title}</b>${text}</span></label>`,
	);
	const durations = [1, 7, 30].filter((one) => one <= days && (one === 1 || person !== undefined));
	const who =
		person === undefined
			? '<p><label for="name">Your name</label><input type="text" id="name" name="name" autocomplete="name" maxlength="60" required aria-describedby="unverified"></p><p id="unverified"><small>Anyone who has this link can answer. Your name is recorded as you type it, and shown to everyone as unverified.</small></p>'
			: `<p>Signed in as <b>${html(person)}</b>.</p>`;
	return `<form method="post" autocomplete="on">
<input type="hidden" name="form" value="${token}"><input type="hidden" name="visit" value="${visit}">
<fieldset><legend>Your answer</legend>${radios.join("\n")}</fieldset>
${durations.length === 0 || !offers("silence") ? "" : `<p><label for="days">Silence for</label><select id="days" name="days">${durations.map((one) => `<option value="${one}">${one === 1 ? "24 hours" : `${one} days`}</option>`).join("")}</select></p>`}
${offers("close") ? '<p><label for="as">Close as</label><select id="as" name="as"><option value="cleaned">Cleaned up</option><option value="false-positive">False positive</option><option value="test">Test</option></select></p>' : ""}
<p><label for="note">Note (optional)</label><input type="text" id="note" name="note" maxlength="300" autocomplete="off"></p>
${who}
<button type="submit">Send answer</button>
</form>`;
}

function historyOf({ history = [] }: Finding): string {
	if (history.length === 0) return "";
	const lines = history
		.toReversed()
		.slice(0, 10)
		.map(
			(one) =>
				`<li>${html(utc(one.at))}: ${html(didWords(one))} by ${html(whoWords(one))}${one.note === undefined ? "" : `: ${html(shortWords(inert(one.note, 300), 60))}`}</li>`,
		);
	return `<h2>What was said</h2><ul>${lines.join("")}</ul>`;
}

/** A ready entry, to copy or to save: the page has no script that could do either. `download`: where it is sent as a file. */
export function proposalPage(entry: string, download: string): string {
	return page(
		inertText`Approval proposed`,
		`<div class="head"><h1>Approval proposed</h1><p>Nothing is approved yet. Add this entry to your approvals file and have it reviewed; say in it why the tunnel is yours.</p><pre>${html(entry as Inert)}</pre>${downloadLink(download)}</div>`,
	);
}

function downloadLink(path: string): string {
	return `<p><a class="file" href="${path}" download>Download this entry as a file</a></p>`;
}

/** Everything that is shown passes here, our own words too. */
function html(text: Inert): string {
	return htmlText(text);
}
