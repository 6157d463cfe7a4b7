import type { Message } from "./message.ts";

/**
 * What the Event Hub trigger hands over → messages with coordinates. Reads only `systemPropertiesArray`:
 * `offsetArray` is parsed into numbers and loses precision, `sequenceNumberArray` holds Long objects.
 */
export function hubMessages(bodies: unknown, triggerMetadata: unknown): readonly Message[] {
	const list = Array.isArray(bodies) ? bodies : [bodies];
	const metadata = object(triggerMetadata);
	const partition = object(metadata["partitionContext"]);
	const source = `${label(partition["eventHubName"])}/${label(partition["partitionId"])}`;
	const properties = Array.isArray(metadata["systemPropertiesArray"]) ? metadata["systemPropertiesArray"] : [];
	return list.map((body, index) => {
		const own = object(properties[index]);
		const enqueuedAt = typeof own["enqueuedTimeUtc"] === "string" ? new Date(own["enqueuedTimeUtc"]) : undefined;
		return {
			body,
			at: {
				source,
				// −1 where the host says nothing, so that the entry is still written.
				message: typeof own["sequenceNumber"] === "number" ? own["sequenceNumber"] : -1,
				...(typeof own["offset"] === "string" ? { offset: own["offset"] } : {}),
				...(enqueuedAt !== undefined && !Number.isNaN(enqueuedAt.getTime()) ? { enqueuedAt } : {}),
			},
		};
	});
}

function label(value: unknown): string {
	return typeof value === "string" && value !== "" ? value : "unknown";
}

function object(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
