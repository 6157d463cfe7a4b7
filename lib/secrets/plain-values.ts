import type { ToolSecrets } from "./tool-secrets.ts";

/**
 * A number, a time, an address, a GUID, or Defender's name of a device. None of them can hold a secret or announce one:
 *
 * - All words that announce a secret, and all shapes of known services, have a letter or a sign that these lack.
 * - Fewer than 40 characters hold no run that is decoded (redact.ts).
 * - 40 hex digits read as base64 give only bytes above 0x7f, control characters, digits, signs but `-`, `/` and quotes,
 *   and no letter of `abcdehjlpr`, while every word has one of these, or needs two letters side by side that come three
 *   places apart: the first of three bytes is one of `ikmoqsuwy`, the second of `fgmnovw`, the third of `tuvwxyz`.
 */
const plain = /^(?:[0-9:.TZ-]{1,39}|[0-9a-f-]{1,39}|[0-9a-f]{40})$/;

/** Whether a text is only a number, a time, an address, a GUID or 40 hex digits. Most texts of a record that differ each time are. */
export function isPlainValue(text: string): boolean {
	return text.length <= 40 && plain.test(text);
}

/** Whether no name of these tools can stand in such a value, or in what one decodes to. */
export function arePlainValuesFree(tools: readonly ToolSecrets[]): boolean {
	return tools.every(({ flags, variables, keys }) =>
		[...flags, ...variables, ...keys].every((name) => /[g-su-y_]/i.test(name) && /[abcdehjlpr-]/i.test(name)),
	);
}
