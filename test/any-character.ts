import fc from "fast-check";

const surrogates = { from: 0xd800, count: 0x800 };

/**
 * Any character of Unicode, as the unit of `fc.string`. It draws as fast-check's own unit "binary" does; that one first
 * makes a table of all 1.1 million characters, which costs each process a second and 100 MB.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10_ffff - surrogates.count }).map(
	(n) => String.fromCodePoint(n < surrogates.from ? n : n + surrogates.count),
	(text) => {
		const [character, ...more] = typeof text === "string" ? text : "";
		const code = character?.codePointAt(0);
		if (code === undefined || more.length > 0 || character?.isWellFormed() !== true) throw new Error("not one character");
		return code < surrogates.from ? code : code - surrogates.count;
	},
);
