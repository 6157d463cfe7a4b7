import { expect, test } from "vitest";
import { createTurns } from "../../lib/store/keyed-lock.ts";

/** Work that ends when the test says so, and notes when it begins. */
function createWork() {
	const begun: string[] = [];
	const ends = new Map<string, PromiseWithResolvers<string>>();
	const work = (name: string) => () => {
		begun.push(name);
		const end = Promise.withResolvers<string>();
		ends.set(name, end);
		return end.promise;
	};
	return {
		begun,
		work,
		end: (name: string) => ends.get(name)?.resolve(name),
		fail: (name: string) => ends.get(name)?.reject(new Error(name)),
	};
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("work about one key is done one after the other, about another key beside it", async () => {
	const turns = createTurns();
	const { begun, work, end } = createWork();
	const first = turns("a", work("first"));
	const second = turns("a", work("second"));
	void turns("b", work("beside"));
	await settled();
	expect(begun).toEqual(["first", "beside"]);

	end("first");
	await first;
	// Whoever comes now waits for the second, though the first is over.
	void turns("a", work("third"));
	await settled();
	expect(begun).toEqual(["first", "beside", "second"]);
	end("second");
	expect(await second).toBe("second");
	await settled();
	expect(begun).toEqual(["first", "beside", "second", "third"]);
});

test("a failure is the caller's own: the next one has its turn all the same", async () => {
	const turns = createTurns();
	const { work, end, fail } = createWork();
	const first = turns("a", work("first"));
	const second = turns("a", work("second"));
	await settled();
	fail("first");
	await expect(first).rejects.toThrow("first");
	await settled();
	end("second");
	expect(await second).toBe("second");
});
