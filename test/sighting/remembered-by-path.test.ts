import { expect, test } from "vitest";
import { rememberedByPath } from "../../lib/sighting/remembered-by-path.ts";

function counting() {
	const asked: string[] = [];
	const isLong = rememberedByPath((path) => {
		asked.push(path);
		return path.length > 8 ? "long" : undefined;
	});
	return { asked, isLong };
}

test("a path that comes again is not read again, whatever was found", () => {
	const { asked, isLong } = counting();
	for (const path of ["/usr/bin/cloudflared", "", "/bin/sh", "/usr/bin/cloudflared", "", "/bin/sh"])
		expect(isLong(path)).toBe(path === "/usr/bin/cloudflared" ? "long" : undefined);
	expect(asked).toEqual(["/usr/bin/cloudflared", "", "/bin/sh"]);
});

test("a path of 260 characters is remembered, one of 261 is read each time", () => {
	const { asked, isLong } = counting();
	const [short, long] = ["a".repeat(260), "b".repeat(261)];
	for (const path of [short, short, long, long]) expect(isLong(path)).toBe("long");
	expect(asked).toEqual([short, long, long]);
});

test("512 paths are remembered; the next one starts anew, so that a flood of names takes no memory", () => {
	const { asked, isLong } = counting();
	const paths = Array.from({ length: 512 }, (_, index) => `/opt/${index}`);
	for (const path of [...paths, ...paths]) isLong(path);
	expect(asked).toHaveLength(512);
	isLong("/opt/512");
	isLong("/opt/512");
	expect(asked).toHaveLength(513);
	isLong("/opt/0");
	expect(asked).toHaveLength(514);
});

test("a path that is no well-formed text is never taken for another one", () => {
	const { asked, isLong } = counting();
	for (const path of ["/a/\ud800", "/a/\ufffd", "/a/\ud800"]) isLong(path);
	expect(asked).toEqual(["/a/\ud800", "/a/\ufffd", "/a/\ud800"]);
});
