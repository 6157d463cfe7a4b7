import { expect, test } from "vitest";
import { rulesOfSet, selectRules } from "../../lib/families/select.ts";

test("without a setting the recommended rules are active", () => {
	expect(selectRules("")).toEqual({ ok: true, rules: rulesOfSet("recommended") });
	expect(selectRules(" recommended ")).toEqual({ ok: true, rules: rulesOfSet("recommended") });
});

test("the base set is the two published rules", () => {
	expect(idsOf("base")).toEqual(["cloudflared-usage", "cloudflared-portable-execution"]);
});

test("each set holds the smaller one", () => {
	expect(idsOf("recommended")).toEqual(expect.arrayContaining([...idsOf("base")]));
	expect(idsOf("all")).toEqual(expect.arrayContaining([...idsOf("recommended")]));
});

test("a single rule can be named, and one can be taken out of a set", () => {
	expect(idsOf("cloudflared-portable-execution")).toEqual(["cloudflared-portable-execution"]);
	expect(idsOf("base, -cloudflared-usage")).toEqual(["cloudflared-portable-execution"]);
	expect(idsOf("-cloudflared-usage")).toEqual(
		rulesOfSet("recommended")
			.map((rule) => rule.id)
			.slice(1),
	);
});

test("every mistake is named by its place, and none repeats what was written", () => {
	const selection = selectRules("base, s3cret, -nobody, -all");

	expect(selection).toEqual({
		ok: false,
		mistakes: [
			"Item 2 is neither a set (base, recommended, all) nor the id of a rule; `tunnelwatch rules` lists them.",
			"Item 3 is neither a set (base, recommended, all) nor the id of a rule; `tunnelwatch rules` lists them.",
			"Item 4 takes away a whole set; name the smaller set instead, or take away single ids.",
		],
	});
});

test("a list that leaves no rule is a mistake", () => {
	expect(selectRules("cloudflared-usage,-cloudflared-usage")).toEqual({
		ok: false,
		mistakes: ["No rule is left: nothing would ever be found."],
	});
});

function idsOf(setting: string): readonly string[] {
	const selection = selectRules(setting);
	return selection.ok ? selection.rules.map((rule) => rule.id) : [];
}
