/** Why a file that a person named cannot be read, as one sentence; anything but the system's own error is a surprise and thrown on. */
export function cannotReadFile(file: string, error: unknown): string {
	if (!(error instanceof Error && "code" in error)) throw error;
	return `Cannot read ${file}: ${error.code === "ENOENT" ? "there is no such file" : String(error.code)}.`;
}
