import { isWorse, type Severity, severities } from "../../detect/severity-scale.ts";
import type { RouteLine } from "./route-line.ts";
import { leastSeverities, type RoutedDestination } from "./router.ts";

interface SetDestinations {
	readonly destinations: readonly RoutedDestination[];
	readonly FALLBACK?: string | undefined;
}

/** What is allowed and perhaps not meant. `hasDigest`: a digest is sent each day. */
export function routeRemarks(
	lines: readonly RouteLine[],
	{ destinations, FALLBACK: fallback }: SetDestinations,
	hasDigest: boolean,
): string[] {
	const regular = destinations.filter(({ name }) => name !== fallback);
	const isOpen = !lines.some(({ when }) => Object.keys(when).length === 0);
	const never = isOpen ? [] : regular.map(({ name }) => name).filter((name) => !lines.some(({ to }) => to.includes(name)));
	const least = leastSeverities(regular);
	const keeping = regular.filter(({ name, kind }) => kind.audience === "chat" && least.get(name) !== "info").map(({ name }) => name);
	const chats = new Set(regular.filter(({ kind }) => kind.audience === "chat").map(({ name }) => name));
	const quiet = lines.flatMap(({ name, to, when, digestOnly }) => {
		if (digestOnly || chats.size === 0 || to.some((one) => chats.has(one))) return [];
		const takes = (severity: Severity) => to.some((one) => !isWorse(least.get(one) ?? "info", severity));
		const left = severities.filter((severity) => (when.severity?.has(severity) ?? true) && !takes(severity));
		return left.length === 0 ? [] : [{ name, to, left }];
	});
	const unheard = chats.size > 0 ? [] : unheardOf(lines, regular, isOpen);
	const rest = hasDigest ? "that is only in the digest of the chats" : "DIGEST_HOUR_UTC is not set: nobody hears of it";
	return [
		...never.map((name) => `no line leads to ${name}, so no finding ever goes there`),
		...unheard,
		...quiet.map(({ name, to, left }) => `"${name}" leads to ${to.join(", ")}, which gets nothing of severity ${left.join(", ")}: ${rest}`),
		...(hasDigest
			? []
			: lines
					.filter(({ digestOnly }) => digestOnly)
					.map(({ name }) => `"${name}" is for the digest only, and DIGEST_HOUR_UTC is not set: nobody hears of it`)),
		...(hasDigest
			? []
			: keeping.map(
					(name) => `${name} gets nothing below ${least.get(name)}, and DIGEST_HOUR_UTC is not set: the rest is in no message there`,
				)),
	];
}

/** Without a chat there is no digest: what no destination takes, nobody hears of. */
function unheardOf(lines: readonly RouteLine[], regular: readonly RoutedDestination[], isOpen: boolean): string[] {
	const left = (meant: readonly RoutedDestination[], asked?: ReadonlySet<string>) => {
		const least = [...leastSeverities(meant).values()];
		return severities.filter((severity) => (asked?.has(severity) ?? true) && least.every((one) => isWorse(one, severity)));
	};
	const others = isOpen && regular.length > 0 ? left(regular) : [];
	return [
		...lines.flatMap(({ name, to, when }) => {
			const missed = left(
				regular.filter((one) => to.includes(one.name)),
				when.severity,
			);
			return missed.length === 0
				? []
				: [
						`"${name}" leads to ${to.join(", ")}, which gets nothing of severity ${missed.join(", ")}: no chat is set, so nobody hears of it`,
					];
		}),
		...(others.length === 0 ? [] : [`no destination takes severity ${others.join(", ")}, and no chat is set: nobody hears of it`]),
	];
}
