import type { Rule } from "../detect/rule.ts";
import { families } from "./index.ts";

/** Every rule there is. */
export const allRules: readonly Rule[] = families.flatMap((family) => family.rules);
