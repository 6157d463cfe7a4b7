const known: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	EACCES: "no permission. Give yourself the right to read it",
	EPERM: "no permission. Give yourself the right to read it",
	EISDIR: "it is a folder. Name the file in it",
};

/** Why a file that a person named cannot be read, in whole sentences; anything but the system's own error is a surprise and thrown on. */
export function cannotReadFile(file: string, error: unknown): string {
	if (!(error instanceof Error && "code" in error)) throw error;
	const code = String(error.code);
	return `Cannot read ${file}: ${known[code] ?? code}.`;
}
