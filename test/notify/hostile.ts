import fc from "fast-check";
import { anyCharacter } from "../any-character.ts";

/** What attackers put into names and command lines to fake links, mentions, headings, or to hide what a text says. */
const hostilePieces: readonly string[] = [
	"[Approved](https://evil.example)",
	"![x](https://evil.example/x.png)",
	"[a]: https://evil.example",
	"<at>ceo@example.com</at>",
	"< at>ceo</ at>",
	"<a href='https://evil.example'>x</a>",
	"<!-- x -->",
	"<?xml?>",
	"<https://evil.example>",
	"<ceo@example.com>",
	"**bold**",
	"__init__",
	"# Approved",
	"\n# Approved\n",
	"\r\n- all good",
	"\r",
	"\t1. ok",
	"> quote",
	"`code`",
	"```\nfence\n```",
	"|a|b|\n|-|-|",
	"---",
	"\u202etxt.exe",
	"\u2066\u2069",
	"a\u200bb",
	"\u00adsoft",
	"\ufeff",
	"\u2028",
	"\u0000\u001b[31m",
	"\u001b]8;;https://evil.example\u0007x",
	"\u009b31m",
	"\u{e0041}\u{e007f}",
	"\u3164",
	"\u2800",
	"\u115f",
	"\ufe0f",
	"e\u0301\u0301\u0301\u0301\u0301\u0301",
	"\ud800",
	"\udc00",
	"{{DATE(2026-11-21T00:00:00Z, SHORT)}}",
	"{{{TIME(2026-11-21T00:00:00Z)}}}",
	"http://evil.example",
	"HTTPS://EVIL.EXAMPLE/x",
	"ftp://evil.example",
	"rdp://localhost:3389",
	"mailto:ceo@example.com",
	"tel:+15550100",
	"sms:+15550100",
	"javascript:alert(1)",
	"data:text/html,x",
	"msteams:/l/chat",
	"www.evil.example",
	"\\_a_\\*b*",
	"&lt;at&gt;",
	"😀",
	"𝕏".repeat(20),
	"A".repeat(500),
];

/** Random text mixed from hostile pieces and any Unicode, lone surrogates included. */
export const hostileText: fc.Arbitrary<string> = fc
	.array(fc.oneof({ arbitrary: fc.constantFrom(...hostilePieces), weight: 3 }, fc.string({ unit: anyCharacter, maxLength: 12 })), {
		maxLength: 9,
	})
	.map((pieces) => pieces.join(""));

/** Nothing here may be left in text that is shown to people. */
export const forbidden =
	/<\s*[\p{L}/!?]|\]\(|https?:\/\/|\b(?:mailto|tel|sms|javascript|data|msteams):|www\.|\{\{(?:DATE|TIME)|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[^\S ]|\p{Default_Ignorable_Code_Point}|\u2800/iu;

/** How many hostile texts to draw: so many in each run of the tests, and 5,000 by `npm run hostile`. */
export function hostileRuns(slice: number): number {
	return Number(process.env["HOSTILE_RUNS"] ?? slice);
}
