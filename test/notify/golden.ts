import { gunzipSync } from "node:zlib";

/** Packed queries as text: their bytes may differ from one zlib to the next, their meaning may not. */
export function readable(text: string): string {
	return text.replace(/(?<=[?&]query=)[\w-]+/g, (packed) => JSON.stringify(unpackQuery(packed)).slice(1, -1));
}

/** What the portal reads out of a hunting link. */
export function unpackQuery(packed: string): string {
	return gunzipSync(Buffer.from(packed, "base64url")).toString("utf16le");
}
