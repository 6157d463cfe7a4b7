/** Fields that hold our own words, ids of rules, or hashes: no device can write them. */
const ours = new Set(
	"type kind kinds verdict mode class folderClass severity noticeSeverity status family key rules code phase incident how as".split(" "),
);

/** The same value with every text that a device could have sent replaced by the given one. */
export function everywhere<T>(value: T, text: string): T {
	return replaced(value, text, "") as T;
}

function replaced(value: unknown, text: string, key: string): unknown {
	if (typeof value === "string") return ours.has(key) || (key === "id" && /^(cf|cloudflared)-/.test(value)) ? value : text;
	if (Array.isArray(value)) return value.map((one) => replaced(one, text, key));
	if (typeof value !== "object" || value === null || value instanceof Date) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, text, name)]));
}
