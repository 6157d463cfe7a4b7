/** The codes of a text's characters, ASCII letters in lower case and everything else as it is. */
export function foldedCodes(text: string): readonly number[] {
	return Array.from({ length: text.length }, (_, at) => fold(text.charCodeAt(at)));
}

/** Do these folded codes stand at this place of the text, in any ASCII case? */
export function isAt(text: string, start: number, codes: readonly number[]): boolean {
	if (start < 0 || start + codes.length > text.length) return false;
	for (let place = 0; place < codes.length; place++) {
		if (fold(text.charCodeAt(start + place)) !== codes[place]) return false;
	}
	return true;
}

function fold(code: number): number {
	return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}
