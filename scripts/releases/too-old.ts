const mostDays = 45;
const dayMs = 86_400_000;

/**
 * A release must not ship an old list of hashes: new builds under another name would not be recognised by their hash.
 * @param asOf `YYYY-MM-DD`
 */
export function tooOldToRelease(asOf: string, now: Date): string | undefined {
	const days = Math.floor((now.getTime() - Date.parse(`${asOf}T00:00:00Z`)) / dayMs);
	return days <= mostDays ? undefined : `The hashes of cloudflared's releases are ${days} days old. Run npm run releases first.`;
}
