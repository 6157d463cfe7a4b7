/** Whether an address may be used. Sentences say what to do and never repeat the address: it is a secret. */
export type UrlCheck =
	| { readonly ok: true; readonly warning: string | undefined }
	/** `setting`: the one that is wrong, where it is not the address that switches the destination on. */
	| { readonly ok: false; readonly problem: string; readonly setting?: string };

/** The address may be used; `warning` is for the person who set it. */
export function accepted(warning?: string): UrlCheck {
	return { ok: true, warning };
}

/** The address must not be used. `setting` names another setting if that one is at fault. */
export function refusedUrl(problem: string, setting?: string): UrlCheck {
	return { ok: false, problem, ...(setting === undefined ? {} : { setting }) };
}

/** This machine itself. For trying things out; a deployed function has nobody there to talk to. */
export function isLoopbackHost(url: URL): boolean {
	return url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}
