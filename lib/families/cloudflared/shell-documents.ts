/** The front of a here-document that a text tool takes: `cat > notes.md <<'EOF'`, `tee -a README.txt <<EOF`. */
const head =
	/(?:^|[\n;&|({])[ \t]{0,64}(?:sudo[ \t]{1,8})?(?:cat|tee)\b([^\n;&|]{0,512}?)<<-?[ \t]{0,8}["'\\]?(\w{1,64})["']?([^\n;&|]{0,512})\n/g;
/** Files that nothing runs. From the beginning of a name only: a search that begins at each of its characters takes 128 times as long. */
const document = /(?<![\w.-])([\w.-]{1,128}\.(?:md|txt|log|rst|adoc|html?|csv))\b/i;
const mostDocuments = 64;

/**
 * A text for a POSIX shell without what it only writes into documents or shows. A file that is named a second time may
 * be run after all, so its text stays. One pass for each of the first 64 documents.
 */
export function withoutDocuments(text: string): string {
	if (!text.includes("<<")) return text;
	const parts: string[] = [];
	let from = 0;
	let seen = 0;
	for (const match of text.matchAll(head)) {
		if (++seen > mostDocuments) break;
		const begin = match.index + match[0].length;
		if (match.index < from || !isKept(`${match[1] ?? ""} ${match[3] ?? ""}`, text)) continue;
		const end = endOfBody(text, begin - 1, match[2] ?? "");
		parts.push(text.slice(from, begin));
		from = end;
	}
	return from === 0 ? text : parts.join("") + text.slice(from);
}

/** Shown on the screen, or written to a document that the same text does not name again. */
function isKept(around: string, text: string): boolean {
	const name = document.exec(around)?.[1] ?? "";
	if (name === "") return !/>|\S/.test(around.replace(/-\w\b/g, ""));
	return text.indexOf(name) === text.lastIndexOf(name);
}

/** Where the body's last line begins; a body that is never closed goes on to the end. */
function endOfBody(text: string, from: number, word: string): number {
	const closing = new RegExp(`\\n[ \\t]{0,64}${word}(?=\\s|$)`, "g");
	closing.lastIndex = from;
	const found: RegExpExecArray | null = closing.exec(text);
	return found === null ? text.length : found.index;
}
