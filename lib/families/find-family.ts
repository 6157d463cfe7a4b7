import type { Family } from "./family.ts";
import { families } from "./index.ts";

/** `undefined` for a family that is no longer in the list: findings outlive families. */
export function findFamily(id: string): Family | undefined {
	return families.find((family) => family.id === id);
}
