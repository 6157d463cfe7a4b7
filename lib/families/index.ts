import { cloudflared } from "./cloudflared/family.ts";
import type { Family } from "./family.ts";

/** Every family, in the order in which people see them. */
export const families: readonly Family[] = [cloudflared];
