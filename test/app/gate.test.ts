import { expect, test } from "vitest";
import { createGate } from "../../lib/app/gate.ts";

test("many pass together, one passes alone, and who wants to be alone goes before those who come later", async () => {
	const gate = createGate();
	const seen: string[] = [];
	const open = new Map<string, () => void>();
	const step = (name: string) => async () => {
		seen.push(`${name} in`);
		await new Promise<void>((resolve) => void open.set(name, resolve));
		seen.push(`${name} out`);
	};
	const settle = async () => {
		for (let turn = 0; turn < 10; turn++) await Promise.resolve();
	};
	const all = [gate.together(step("a")), gate.together(step("b")), gate.alone(step("c")), gate.together(step("d"))];
	for (const name of ["a", "b", "c", "d"]) {
		await settle();
		open.get(name)?.();
	}
	await Promise.all(all);
	expect(seen).toEqual(["a in", "b in", "a out", "b out", "c in", "c out", "d in", "d out"]);
});

test("work that fails lets the next one in", async () => {
	const gate = createGate();
	await expect(gate.alone(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
	await expect(gate.together(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect(await gate.alone(() => Promise.resolve("in"))).toBe("in");
});
