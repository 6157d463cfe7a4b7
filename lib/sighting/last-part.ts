const [slash, backslash] = [47, 92] as const;

/** What stands behind the last slash or backslash of a path. */
export function lastPart(path: string): string {
	const at = lastPartAt(path);
	return at === 0 ? path : path.slice(at);
}

/** Where that part begins. From the end, since names are short: it runs for every path of a record. */
export function lastPartAt(path: string): number {
	let at = path.length;
	while (at > 0) {
		const code = path.charCodeAt(at - 1);
		if (code === slash || code === backslash) break;
		at--;
	}
	return at;
}
