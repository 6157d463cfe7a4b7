/** A number for people: `12,345`. By hand, because loading the locale data for it costs more than a short command. */
export function groupDigits(number: number): string {
	return String(number).replace(/^-?\d{1,24}/, (whole) => {
		const from = whole.startsWith("-") ? 1 : 0;
		const first = from + ((whole.length - from) % 3 || 3);
		const groups = [whole.slice(0, first)];
		for (let at = first; at < whole.length; at += 3) groups.push(whole.slice(at, at + 3));
		return groups.join(",");
	});
}
