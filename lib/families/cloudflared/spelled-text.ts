/** Bytes of a text that its own command turns back into characters: `printf '\x2f\164…'`, `echo -e`, `$'…'`. */
const escaped = /\\(?:x([0-9a-f]{2})|0?([0-7]{3}))/gi;
/** So many readable characters nobody spells out by chance; colours and other controls do not count. */
const fewestEscapes = 6;
const unhex = /xxd|unhex|fromhex|from_hex|base16|\bpack\b|-hex\b|hexlify/i;
const hexRun = /[0-9a-f]{24,65536}/gi;
const backwards = /\|\s{0,8}(?:\/usr\/bin\/)?rev\b|\[array\]::reverse|\[-1\s{0,4}\.\.|\[::-1\]|strreverse/i;
const quoted = /"([^"]{12,8192})"|'([^']{12,8192})'|\becho\s{1,8}([^|"'\n]{12,8192})/g;
const most = 16;

/**
 * What a text says once its own command has turned it back: hexadecimal bytes, escaped characters, a text backwards.
 * Whether it is then run, the reader must see. Bounded; one pass for each kind.
 */
export function spelledTexts(text: string): readonly string[] {
	const found: string[] = [];
	const plain = withoutEscapes(text);
	if (plain !== undefined) found.push(plain);
	if (unhex.test(text))
		for (const [digits] of text.matchAll(hexRun)) {
			found.push(Buffer.from(digits, "hex").toString("latin1"));
			if (found.length >= most) break;
		}
	if (backwards.test(text))
		for (const [, double, single, bare] of text.matchAll(quoted)) {
			found.push([...(double ?? single ?? bare ?? "").trim()].reverse().join(""));
			if (found.length >= most) break;
		}
	return found;
}

function withoutEscapes(text: string): string | undefined {
	if (!text.includes("\\")) return undefined;
	let readable = 0;
	const plain = text.replace(escaped, (_: string, hex: string | undefined, octal: string | undefined) => {
		const code = hex === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hex, 16);
		if (code >= 0x20 && code <= 0x7e) readable++;
		return String.fromCharCode(code & 0xff);
	});
	// `$'…'`: the sign belongs to the quotes, which a reader of words has taken away.
	return readable < fewestEscapes ? undefined : plain.replace(/(^|\s)\$(?=\/|'|[\w.])/g, "$1");
}
