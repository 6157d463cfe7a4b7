/** From least to most urgent; the words people read on cards. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;

export type Severity = (typeof severities)[number];

/** False when both are equal. */
export function isWorse(candidate: Severity, than: Severity): boolean {
	return severities.indexOf(candidate) > severities.indexOf(than);
}

/** The most urgent of a list; `info` for an empty one. */
export function worst(list: readonly Severity[]): Severity {
	return list.reduce((highest, severity) => (isWorse(severity, highest) ? severity : highest), "info");
}
