/** A number for people: `12,345`. By hand, because loading the locale data for it costs more than a short command. */
export function groupDigits(number: number): string {
	return String(number).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ","));
}
