/**
 * The front of a here-document that is shown, or written into one file that nothing runs: `cat <<EOF`,
 * `cat > notes.md <<'EOF'`, `tee -a README.txt <<EOF`. Nothing else stands in its line, so nothing else takes the text.
 */
const head =
	/(?:^|[\n;])[ \t]{0,64}(?:sudo[ \t]{1,8})?(?:cat|tee(?:[ \t]{1,8}-a)?)(?:[ \t]{1,8}|(?=[<>]))(>{0,2}[ \t]{0,8}["']?([\w.~/-]{0,256})["']?[ \t]{0,8})<<-?[ \t]{0,8}(?:(["'])(\w{1,64})\3|(\w{1,64}))[ \t]{0,8}(?:>{1,2}[ \t]{0,8}["']?([\w.~/-]{1,256})["']?[ \t]{0,8})?\n/g;
/** Its name, in a folder whose files nothing reads as commands. */
const document =
	/^(?!(?:.{0,255}\/)?(?:etc|spool|\.config|[\w.-]{0,64}(?:cron|systemd)[\w.-]{0,64}|[\w.-]{0,64}\.d)\/)(?:.{0,255}\/)?([\w.-]{1,128}\.(?:md|txt|log|rst|adoc|html?|csv))$/i;
/** What an unquoted text has its shell run. */
const runs = /\$\(|`/;
/** Commands that name what they work on as it is. Quotes, brackets, pipes, patterns and variables could do more with the text. */
const plain = /^[\w\s.,:;&/~@%+-]*$/;
const mostDocuments = 16;

/**
 * A text for a POSIX shell without what it only writes into documents or shows. As soon as anything around them could run
 * one of them, all of it stays: to read a document as a script costs little, and to read a script as a document hides it.
 * One pass for each of the first 16 documents.
 */
export function withoutDocuments(text: string): string {
	if (!text.includes("<<")) return text;
	const parts: string[] = [];
	const around: string[] = [];
	const names: string[] = [];
	let from = 0;
	for (const match of text.matchAll(head)) {
		if (match.index < from) continue;
		const [whole, front = "", before = "", , quoted, bare, behind = ""] = match;
		const name = nameOf(front, before, behind);
		const begin = match.index + whole.length;
		const end = endOfBody(text, begin - 1, quoted ?? bare ?? "");
		const isOpen = quoted === undefined && runs.test(text.slice(begin, end));
		if (name === undefined || end === undefined || isOpen || names.length >= mostDocuments) return text;
		around.push(text.slice(from, match.index));
		parts.push(text.slice(from, begin));
		names.push(name);
		from = end;
	}
	if (from === 0) return text;
	const rest = text.slice(from);
	const others = [...around, rest].join("\n");
	const folded = others.toLowerCase();
	const isHarmless = plain.test(others) && !names.some((name) => name !== "" && folded.includes(name));
	return isHarmless ? parts.join("") + rest : text;
}

/** Of the document, in lower case, as some file systems read it; empty for the screen, `undefined` if something else takes the text. */
function nameOf(front: string, before: string, behind: string): string | undefined {
	const files = [before, behind].filter((file) => file !== "");
	if (files.length === 0) return front.includes(">") ? undefined : "";
	return files.length === 1 ? document.exec(files[0] ?? "")?.[1]?.toLowerCase() : undefined;
}

/** Where the body's last line begins. An indented one ends it here too: what follows is then read as commands. */
function endOfBody(text: string, from: number, word: string): number | undefined {
	const closing = new RegExp(`\\n[ \\t]{0,64}${word}(?=\\s|$)`, "g");
	closing.lastIndex = from;
	const found: RegExpExecArray | null = closing.exec(text);
	return found?.index;
}
