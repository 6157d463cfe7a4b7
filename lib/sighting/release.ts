/** A file that the maker of a tool has published: what it is, whatever its name. It says nothing about who uses it. */
export interface Release {
	/** `2026.10.0` */
	readonly version: string;
	/** `windows-amd64.exe`, `linux-arm64`, `darwin-amd64.tgz` */
	readonly asset: string;
}

/** The published files of a family's tool, as far as they are known. A hash that is missing here proves nothing. */
export interface Releases {
	/** By SHA-256, 64 hex digits in any case. */
	readonly find: (sha256: string) => Release | undefined;
	/** The day up to which the list is complete, as far as its sources are. */
	readonly asOf: Date;
}
