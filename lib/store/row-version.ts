import type { Row } from "./table.ts";

/**
 * Why a row cannot be used. `newer`: a later version wrote it; while that is rolled out, this one must not overwrite what
 * it does not understand. `damaged`: nobody can read it.
 */
export type Unreadable = "newer" | "damaged";

/** @param known the newest version that this code reads. */
export function isNewer({ values }: Row, known: number): boolean {
	const { v } = values;
	return typeof v === "number" && v > known;
}
