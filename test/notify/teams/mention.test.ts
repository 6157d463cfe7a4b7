import { expect, test } from "vitest";
import { severities } from "../../../lib/detect/severity-scale.ts";
import { noticeKinds } from "../../../lib/findings/notice-kind.ts";
import { isWorthMention, readPeople } from "../../../lib/notify/teams/mention.ts";
import { aFinding } from "../../builders.ts";
import { aNotice, digest, storm } from "../samples.ts";

test("up to three people are read, by their sign-in name or object id", () => {
	expect(readPeople("")).toEqual([]);
	expect(readPeople("kim@contoso.example=Kim Lee")).toEqual([{ id: "kim@contoso.example", name: "Kim Lee" }]);
	expect(
		readPeople(
			" ana.o'neill_fabrikam.com#EXT#@contoso.example = Ana O'Neill , 0d9f2c1e-1111-4222-8333-444455556666=Jörg Müller-Lüdenscheidt,",
		),
	).toEqual([
		{ id: "ana.o'neill_fabrikam.com#EXT#@contoso.example", name: "Ana O'Neill" },
		{ id: "0d9f2c1e-1111-4222-8333-444455556666", name: "Jörg Müller-Lüdenscheidt" },
	]);
	expect(readPeople(Array.from({ length: 3 }, (_, n) => `p${n}@contoso.example=P ${n}`).join())).toHaveLength(3);
});

test.each([
	"kim@contoso.example",
	"Kim Lee",
	"=Kim Lee",
	"kim@contoso.example=",
	"19:channel@thread.tacv2=General",
	"kim@contoso.example=Kim</at><at>all",
	"kim@contoso.example=[Kim](https",
	"kim@contoso.example=*Kim*",
	"kim@contoso.example=1. Kim",
	Array.from({ length: 4 }, (_, n) => `p${n}@contoso.example=P ${n}`).join(),
])("not taken: %s", (text) => {
	expect(readPeople(text)).toBeUndefined();
});

test("people are mentioned in what is new, worse, back or escalated at high severity or above, and in nothing else", () => {
	const said = severities.flatMap((severity) =>
		noticeKinds
			.filter((kind) => isWorthMention(aNotice({ kinds: [kind], finding: aFinding({ severity }) })))
			.map((kind) => `${severity} ${kind}`),
	);
	expect(said.toSorted()).toEqual([
		"critical back",
		"critical escalated",
		"critical new",
		"critical worse",
		"high back",
		"high escalated",
		"high new",
		"high worse",
	]);
	for (const notice of [storm, digest]) expect(isWorthMention(notice)).toBe(false);
});
