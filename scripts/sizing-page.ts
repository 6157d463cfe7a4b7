import { eventTypeTable, sizingTable } from "../cli/sizing/page.ts";
import { allRules } from "../lib/families/all-rules.ts";

/** docs/sizing.md with its tables as the code has them now. */
export function sizingPage(page: string): string {
	const put = (text: string, name: string, table: string) =>
		text.replace(
			new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`),
			(_all, begin: string, end: string) => `${begin}${table}\n${end}`,
		);
	return put(put(page, "amounts", sizingTable()), "event types", eventTypeTable(allRules));
}
