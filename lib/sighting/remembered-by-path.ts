/**
 * A pure function of a program's path or name that remembers what it found, since the same programs lie in the same places
 * everywhere. Only for paths and names, never for command lines, which hold secrets; and what it finds may hold no part of
 * the path. Bounded: the paths of one such function take at most some 300 KB.
 */
export function rememberedByPath<T>(find: (path: string) => T): (path: string) => T {
	const known = new Map<string, { readonly found: T }>();
	return (path) => {
		if (path.length > longestPath) return find(path);
		const before = known.get(path);
		if (before !== undefined) return before.found;
		const found = find(path);
		// The copy below is the same text only if it is well-formed.
		if (!path.isWellFormed()) return found;
		if (known.size >= mostPaths) known.clear();
		// In memory of its own: a part of a command line keeps the whole of it alive.
		known.set(Buffer.from(path).toString(), { found });
		return found;
	};
}

const mostPaths = 512;
/** No longer than what Windows takes in most places. */
const longestPath = 260;
