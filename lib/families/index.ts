import type { Rule } from "../detect/rule.ts";
import { cloudflared } from "./cloudflared/family.ts";
import type { Family } from "./family.ts";

/** Every family, in the order in which people see them. */
export const families: readonly Family[] = [cloudflared];

/** Every rule there is. */
export const allRules: readonly Rule[] = families.flatMap((family) => family.rules);
