const known: Readonly<Record<string, readonly [what: string, cure: string]>> = {
	ENOENT: ["is gone, or is a link that leads nowhere", "Check whether it was moved, and name it again."],
	EACCES: ["cannot be opened: no permission", "Give yourself the right to read it, or copy it to a place of yours."],
	EPERM: ["cannot be opened: no permission", "Give yourself the right to read it, or copy it to a place of yours."],
	ELOOP: ["is a link that leads back to itself", "Name the file itself."],
	EISDIR: ["became a folder meanwhile", "Run it again."],
	EMFILE: ["cannot be opened: too many files are open", "Close other programs, and run it again."],
	EIO: ["cannot be read from its disk", "Copy it to another disk, and run it again."],
};

/** An error of the file system as what is wrong and what to do. Any other error is a surprise and thrown on. */
export function openTrouble(error: unknown): readonly [what: string, cure: string] {
	if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
	return known[error.code] ?? [`cannot be read (${error.code})`, "Copy it to another place, and name it there."];
}
