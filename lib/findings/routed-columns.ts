import * as z from "zod";
import type { Routed } from "./finding.ts";

/** Names joined by blanks, in the rows of findings and days; absent where everybody was told. */
export const routedSchema = { routedTo: z.string().optional(), keptBy: z.string().optional() };

/** The columns of where a finding was led; none where there is nothing to say. */
export function routedColumns(routed: Routed | undefined): { readonly routedTo?: string; readonly keptBy?: string } {
	if (routed === undefined) return {};
	return { ...(routed.digest === undefined ? {} : { routedTo: routed.digest.join(" ") }), keptBy: routed.keeps.join(" ") };
}

/** Reads what `routedColumns` wrote. */
export function readRouted({
	routedTo,
	keptBy,
}: {
	readonly routedTo?: string | undefined;
	readonly keptBy?: string | undefined;
}): Routed | undefined {
	if (routedTo === undefined && keptBy === undefined) return undefined;
	return { ...(routedTo === undefined ? {} : { digest: namesIn(routedTo) }), keeps: namesIn(keptBy ?? "") };
}

function namesIn(text: string): readonly string[] {
	return text.split(" ").filter((name) => name !== "");
}
