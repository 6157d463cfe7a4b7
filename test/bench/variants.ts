import { decodeMessage, decodeRecords } from "../../lib/defender/envelope.ts";
import { createMatcher, type Match } from "../../lib/detect/match.ts";
import { literalsOf } from "../../lib/detect/prefilter/literals.ts";
import { createSieve } from "../../lib/detect/prefilter/prefilter.ts";
import type { Rule } from "../../lib/detect/rule.ts";

/** One way from the bytes of messages to the records that match. */
export type Variant = (messages: readonly Buffer[]) => readonly Match[];

/** Ways to do the same, the plain one first. */
export function variantsFor(rules: readonly Rule[]): Readonly<Record<"parse" | "regex" | "sieve", Variant>> {
	const match = createMatcher(rules);
	const { sift } = createSieve(rules);
	const pattern = patternFor(rules);
	const parse = (message: Buffer): readonly Match[] => decodeMessage(message).records.flatMap(match);
	const sieve = (message: Buffer): readonly Match[] => {
		const sifted = sift(message);
		switch (sifted.verdict) {
			case "nothing":
				return [];
			case "records":
				return decodeRecords(sifted.records).records.flatMap(match);
			case "whole":
				return parse(message);
		}
	};

	return {
		parse: (messages) => messages.flatMap(parse),
		regex: (messages) => messages.flatMap((message) => (pattern.test(message.toString("utf8")) ? parse(message) : [])),
		sieve: (messages) => messages.flatMap(sieve),
	};
}

/** The literals of the rules and the escapes that could spell them, as one regular expression over the message's text. */
function patternFor(rules: readonly Rule[]): RegExp {
	const { literals } = literalsOf(rules);
	const characters = new Set(literals.flatMap(({ text }) => [...text, ...text.toUpperCase()]));
	const escapes = [...characters].map((character) => character.charCodeAt(0).toString(16).padStart(2, "0"));
	const texts = literals.map(({ text, bounded }) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + (bounded ? "(?![0-9A-Za-z])" : ""));
	return new RegExp(`${texts.join("|")}|\\\\u00(?:${escapes.join("|")})`, "i");
}
