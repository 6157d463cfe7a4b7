import type { AnyNotice } from "../../outbox/delivery.ts";
import type { Portal } from "../portal.ts";
import type { FindRule } from "../rule-facts.ts";
import { findingStory } from "./finding-story.ts";
import { operationsStory } from "./operations-story.ts";
import { type Room, rooms, type Story } from "./story.ts";
import { digestStory, heartbeatStory, stormStory } from "./watch-story.ts";
import { waveStory } from "./wave-story.ts";

export interface TellContext {
	readonly rules: FindRule;
	readonly portal: Portal;
}

/** What people are told about any notice. */
export function tell(notice: AnyNotice, { rules, portal }: TellContext, room: Room = rooms.full): Story {
	switch (notice.type) {
		case "finding":
			return findingStory(notice, room, rules, portal);
		case "storm":
			return stormStory(notice, portal);
		case "wave":
			return waveStory(notice, portal, room);
		case "digest":
			return digestStory(notice);
		case "heartbeat":
			return heartbeatStory(notice);
		case "operations":
			return operationsStory(notice);
	}
}
