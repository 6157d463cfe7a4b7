import type { ToolSecrets } from "./tool-secrets.ts";

/**
 * Whether a text is only a number, a time, an address, a GUID, or Defender's name of a device, as most texts of a record
 * are that differ each time. None of them can hold a secret or announce one:
 *
 * - All words that announce a secret, and all shapes of known services, have a letter or a sign that these lack.
 * - Fewer than 40 characters hold no run that is decoded (redact.ts).
 * - 40 hex digits read as base64 give only bytes above 0x7f, control characters, digits, signs but `-`, `/` and quotes,
 *   and no letter of `abcdehjlpr`, while every word has one of these, or needs two letters side by side that come three
 *   places apart: the first of three bytes is one of `ikmoqsuwy`, the second of `fgmnovw`, the third of `tuvwxyz`.
 */
export function isPlainValue(text: string): boolean {
	if (text.length === 0 || text.length > 40) return false;
	let left = times | ids | hex;
	// Most other texts show it by their first characters.
	for (let at = 0; at < text.length && left !== 0; at++) left &= kinds[text.charCodeAt(at)] ?? 0;
	return text.length < 40 ? (left & (times | ids)) !== 0 : (left & hex) !== 0;
}

/** Of what a value can be made: numbers, times and addresses; GUIDs and other ids; nothing but hex digits. */
const [times, ids, hex] = [1, 2, 4];
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
	const character = String.fromCharCode(code);
	return (/[0-9:.TZ-]/.test(character) ? times : 0) | (/[0-9a-f-]/.test(character) ? ids : 0) | (/[0-9a-f]/.test(character) ? hex : 0);
});

/** Whether no name of these tools can stand in such a value, or in what one decodes to. */
export function arePlainValuesFree(tools: readonly ToolSecrets[]): boolean {
	return tools.every(({ flags, variables, keys }) =>
		[...flags, ...variables, ...keys].every((name) => /[g-su-y_]/i.test(name) && /[abcdehjlpr-]/i.test(name)),
	);
}
