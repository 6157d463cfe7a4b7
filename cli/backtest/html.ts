import { severities } from "../../lib/detect/severity-scale.ts";
import { redact } from "../../lib/families/redact.ts";
import { groupDigits } from "../../lib/notify/group-digits.ts";
import { htmlText } from "../../lib/notify/html.ts";
import { titleWords } from "../../lib/notify/story/tunnel-words.ts";
import { inert } from "../../lib/notify/text.ts";
import { shortVerdict } from "../verdict-words.ts";
import type { Figures } from "./figures.ts";

/** One page that needs nothing else: no scripts, no network, readable on a phone, in light and dark. */
export function htmlReport(figures: Figures, { title, made }: { readonly title: string; readonly made: Date }): string {
	const { findings, days, notices, held, rules, accounts, from, to } = figures;
	const span = from === undefined || to === undefined ? "no sightings" : `${minute(from)} to ${minute(to)}`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${htmlText(title)}</h1>
<p class="sub">${htmlText(span)} · made ${htmlText(minute(made))}</p>
<ul class="figures">
${figure(findings.length, "findings")}${figure(notices, "notices would have gone out")}${figure(held.approved, "sightings approved")}${figure(held.quiet, "sightings within a quiet period")}
</ul>
<h2>Notices per day</h2>
${timeline(days)}
<h2>Accounts, tunnels, devices</h2>
${accounts.length === 0 ? "<p>No tunnel was readable.</p>" : accounts.map(accountBlock).join("\n")}
<h2>Findings</h2>
<div class="scroll"><table>
<thead><tr><th>Severity</th><th>Verdict</th><th>Device</th><th>What</th><th>Notices</th><th>First seen</th><th>Last seen</th></tr></thead>
<tbody>
${findings.map(findingRow).join("\n")}
</tbody></table></div>
<h2>Rules</h2>
<div class="scroll"><table>
<thead><tr><th>Rule</th><th>Matches</th><th>Devices</th></tr></thead>
<tbody>
${rules.map(({ id, matches, devices }) => `<tr><td><code>${htmlText(id)}</code></td><td>${number(matches)}</td><td>${number(devices)}</td></tr>`).join("\n")}
</tbody></table></div>
</main>
</body>
</html>
`;
}

function figure(value: number, words: string): string {
	return `<li><b>${number(value)}</b> ${words}</li>\n`;
}

/** Bars of one column a day, stacked by severity, with the numbers as text for screen readers. */
function timeline(days: Figures["days"]): string {
	if (days.length === 0) return "<p>Nothing was seen.</p>";
	const total = (day: Figures["days"][number]) => severities.reduce((sum, severity) => sum + day.notices[severity], 0);
	const most = Math.max(1, ...days.map(total));
	const [height, width] = [120, 12];
	const bars = days.map((day, index) => {
		let y = height;
		const parts = severities.map((severity) => {
			const tall = (day.notices[severity] / most) * height;
			y -= tall;
			return tall === 0
				? ""
				: `<rect class="${severity}" x="${index * width}" y="${y.toFixed(1)}" width="${width - 2}" height="${tall.toFixed(1)}"/>`;
		});
		return `<g><title>${day.day}: ${total(day)} notices, ${day.sightings} sightings</title><rect class="day" x="${index * width}" y="0" width="${width - 2}" height="${height}"/>${parts.join("")}</g>`;
	});
	const [first, last] = [days[0]?.day ?? "", days.at(-1)?.day ?? ""];
	return `<div class="scroll"><svg role="img" aria-label="Notices per day, ${first} to ${last}, at most ${most}" preserveAspectRatio="xMinYMid" viewBox="0 0 ${days.length * width} ${height}" width="${Math.max(200, days.length * width)}" height="${height}">${bars.join("")}</svg></div>
<p class="sub">${first} to ${last}; the tallest day has ${number(most)} ${most === 1 ? "notice" : "notices"}.</p>`;
}

function accountBlock({ account, tunnels }: Figures["accounts"][number]): string {
	const name = account === "" ? "No account (quick tunnels)" : `Account <code>${text(account, 64)}</code>`;
	const inner = tunnels.map(({ tunnelId, devices }) => {
		const tunnel =
			tunnelId === "" ? (account === "" ? "Quick tunnel" : "Tunnel not readable") : `Tunnel <code>${text(tunnelId, 64)}</code>`;
		const list = devices.map(({ name: device, verdict, exposes }) => {
			const reaches = exposes.length === 0 ? "" : ` → ${exposes.map((one) => `<code>${text(one, 80)}</code>`).join(", ")}`;
			return `<li>${text(device, 60)} <span class="tag">${shortVerdict[verdict]}</span>${reaches}</li>`;
		});
		return `<li>${tunnel}<ul>${list.join("")}</ul></li>`;
	});
	return `<details open><summary>${name}</summary><ul>${inner.join("")}</ul></details>`;
}

function findingRow({ finding, id, notices }: Figures["findings"][number]): string {
	const { severity, worst, device, firstSeen, lastSeen } = finding;
	return `<tr id="${htmlText(id)}"><td class="${severity}">${severity}</td><td>${shortVerdict[worst.ownership.verdict]}</td><td>${text(device.name || device.id, 60)}</td><td>${htmlText(String(titleWords(worst)))}</td><td>${number(notices.length)}</td><td>${minute(firstSeen)}</td><td>${minute(lastSeen)}</td></tr>`;
}

/** Text from a device: redacted, made harmless for people, then for the page. */
function text(raw: string, most: number): string {
	return htmlText(inert(redact(raw), most));
}

function minute(moment: Date): string {
	return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function number(value: number): string {
	return groupDigits(value);
}

const style = `:root{color-scheme:light dark;--line:#8884;--low:#8a8f98;--medium:#b7791f;--high:#d64545;--critical:#a3154c}
body{font:16px/1.5 system-ui,sans-serif;margin:0;overflow-wrap:anywhere}main{max-width:70rem;margin:auto;padding:1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}.sub{opacity:.75;margin:.25rem 0}
.figures{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;padding:0}.figures li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem}.figures b{font-size:1.4rem;display:block}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th{white-space:nowrap}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}td{overflow-wrap:normal}
code{font-size:.85em}.tag{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:.8rem}
summary{cursor:pointer;padding:.3rem 0}details{border-bottom:1px solid var(--line)}
td.low,td.info{color:var(--low)}td.medium{color:var(--medium)}td.high{color:var(--high)}td.critical{color:var(--critical);font-weight:700}
rect.day{fill:#8882}rect.low,rect.info{fill:var(--low)}rect.medium{fill:var(--medium)}rect.high{fill:var(--high)}rect.critical{fill:var(--critical)}`;
