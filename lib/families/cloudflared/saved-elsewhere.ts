import type { Column } from "../../defender/tables.ts";
import { hasShape, type Shape, type Test } from "../../detect/condition.ts";

const release = /cloudflare\/cloudflared\/releases\/[^\s"']{0,120}cloudflared-[a-z0-9-]{1,40}/i;
/** Where downloaders take the name from under which they save. */
const target = /(?:-OutFile|-Destination|--output|--output-document|-o|-O|-[A-Za-z]{1,8}[oO])[\s=:]{1,4}["']?([^\s"']{1,260})/g;
/** `certutil -urlcache -f URL FILE`, `bitsadmin /transfer JOB URL FILE`: the word behind the address. */
const behindAddress = /\/releases\/[^\s"']{1,200}["']?\s{1,8}["']?([^\s"'-][^\s"']{0,259})/g;

/** A command that fetches a published cloudflared and saves it under a name that is not its own. */
const savedElsewhere: Shape = {
	starts: ["cloudflared"],
	pattern: "(?i)cloudflare/cloudflared/releases/.*cloudflared-.*",
	isIn: (text) => {
		const start = text.search(release);
		if (start === -1) return false;
		const fetcher = /certutil|bitsadmin/i.test(text);
		const names = [...text.slice(0, 8_192).matchAll(target), ...(fetcher ? text.slice(start, start + 8_192).matchAll(behindAddress) : [])];
		return names.some(([, path = ""]) => isOtherName(path.split(/[\\/]/).at(-1) ?? ""));
	},
	example: "curl -sLo C:\\PerfLogs\\a.exe https://github.com/cloudflare/cloudflared/releases/latest/download/cloudflared-windows-amd64.exe",
};

/** A release download saved under another name. Archives, packages and streams (`-`) do not count as other names. */
export function hasSavedElsewhere(column: Column): Test {
	return hasShape(column, savedElsewhere);
}

/** Neither its own name, nor a stream, nor an archive that is unpacked afterwards. */
function isOtherName(name: string): boolean {
	return !/^(?:|-|null|nul)$|cloudflared|\.(?:deb|rpm|tgz|gz|zip|pkg|msi)$|^https?:/i.test(name);
}
