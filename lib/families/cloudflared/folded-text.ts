/** Two quoted texts that PowerShell puts together: `'tun' + 'nel'`. */
const joined = /'\s{0,16}\+\s{0,16}'|"\s{0,16}\+\s{0,16}"/g;
/** `'{0} run' -f 'tunnel'`: a text, and the values for its places. */
const formatted = /'([^']{0,8192})'\s{0,16}\)?\s{0,16}-f\s{0,16}\(?\s{0,16}('[^']{0,8192}'(?:\s{0,16},\s{0,16}'[^']{0,8192}'){0,31})/gi;
/** One quoted text in brackets of its own, which say nothing: `& ('a.exe') ('run')`. Behind a name they are a call's. */
const bracketed = /(^|[\s&;,=|{(])\(\s{0,16}('[^']{0,8192}'|"[^"$`]{0,8192}")\s{0,16}\)/g;

/** PowerShell's text with what it puts together from quoted pieces, and whether there were any: a start made of them never approves. */
export function foldedText(text: string): { readonly text: string; readonly folded: boolean } {
	// Nearly every text is done after one look.
	if (!/['"]\s{0,16}\+|-f\b|\(\s{0,16}['"]/i.test(text)) return { text, folded: false };
	const folded = text.replace(joined, "").replace(formatted, (_, pattern: string, values: string) => {
		const list = [...values.matchAll(/'([^']{0,8192})'/g)].map(([, value = ""]) => value);
		return `'${pattern.replace(/\{(\d{1,2})\}/g, (place: string, at: string) => list[Number(at)] ?? place)}'`;
	});
	return { text: folded.replace(bracketed, "$1$2"), folded: folded !== text };
}
