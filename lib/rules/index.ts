import type { Rule } from "../detect/rule.ts";
import { cloudflaredPortableExecution } from "./cloudflared-portable-execution.ts";
import { cloudflaredUsage } from "./cloudflared-usage.ts";

/** Every rule there is, in the order in which people see them. */
export const allRules: readonly Rule[] = [cloudflaredUsage, cloudflaredPortableExecution];
