/** Whether so many characters of a kind stand in a row somewhere in the text. */
export type LongRunLook = (text: string) => boolean;

/**
 * One of the characters of a run stands at each multiple of its length: most others are not looked at.
 * @param isIn is asked once for each ASCII character.
 * @param beyond whether characters beyond ASCII are of the kind.
 */
export function createLongRunLook(length: number, isIn: (character: string) => boolean, beyond: boolean): LongRunLook {
	const ascii = Uint8Array.from({ length: 128 }, (_, code) => Number(isIn(String.fromCharCode(code))));
	const others = Number(beyond);
	return (text) => {
		for (let at = length - 1; at < text.length; ) {
			let before = at;
			while (before > at - length && (ascii[text.charCodeAt(before)] ?? others) === 1) before--;
			if (before === at - length) return true;
			at = before + length;
		}
		return false;
	};
}
