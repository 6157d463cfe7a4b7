/** Nothing of it is hidden, an accent or a line end: most texts are so, and a message is made of a hundred. */
const plainAscii = /^[ -~]*$/;

/** Shows what would be invisible: U+202E becomes `⟦U+202E⟧`, a new line `⏎`; stacks of accents are cut at two. */
export function visible(text: string): string {
	if (plainAscii.test(text)) return text;
	const whole = text.toWellFormed().normalize("NFC").replace(/\r?\n/g, "⏎").replaceAll("\t", " ");
	// Whoever hides one character hides it a thousand times: each is spelled once.
	const spelled = new Map<number, string>();
	let shown = "";
	let copied = 0;
	let accents = 0;
	let stacked = false;
	for (let at = 0, next = 0; at < whole.length; at = next) {
		const point = whole.codePointAt(at) ?? 0;
		next = at + (point > 0xffff ? 2 : 1);
		const kind = kindOf(point);
		accents = kind === accent ? accents + 1 : 0;
		stacked ||= accents > 2;
		if (kind !== hidden) continue;
		const name = spelled.get(point) ?? `⟦U+${point.toString(16).toUpperCase().padStart(4, "0")}⟧`;
		spelled.set(point, name);
		shown += whole.slice(copied, at) + name;
		copied = next;
	}
	shown += whole.slice(copied);
	return stacked ? shown.replace(/(\p{M}{2})(\p{M}+)/gu, (_run, kept: string, rest: string) => `${kept}⟦+${[...rest].length}⟧`) : shown;
}

/**
 * Characters that cannot be seen or that move others about: controls, joiners, direction marks, variation selectors,
 * tags, every blank but the space, and the empty braille cell. Tab and new lines are dealt with before.
 */
const hiddenCharacter = /(?! )[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;

const plain = 1;
const accent = 2;
const hidden = 3;

/** The kind of every code point met so far, 0 for the others: asking the patterns at each place of a long text takes several times as long. */
const kinds = new Uint8Array(0x11_0000);

function kindOf(point: number): number {
	const known = kinds[point];
	if (known !== undefined && known !== 0) return known;
	const character = String.fromCodePoint(point);
	const kind = hiddenCharacter.test(character) ? hidden : /\p{M}/u.test(character) ? accent : plain;
	kinds[point] = kind;
	return kind;
}
