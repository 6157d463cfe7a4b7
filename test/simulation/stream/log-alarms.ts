import { deploy } from "../../infra/evaluate.ts";
import { compiledTemplate } from "../../infra/template.ts";
import { type LogRow, lineQuery } from "./line-query.ts";

/** A log alert of the template. */
export interface LogAlarm {
	readonly name: string;
	readonly query: string;
	readonly operator: "GreaterThan" | "LessThan";
	readonly threshold: number;
	readonly frequency: string;
	readonly window: string;
	readonly splitBy: readonly string[];
}

/** The alarms over our lines, as the template deploys them. */
export function logAlarms(): readonly LogAlarm[] {
	return deploy(compiledTemplate(), {}).module("alarms").value("[variables('lineAlarms')]") as readonly LogAlarm[];
}

export interface Logged {
	/** Minute of the story. */
	readonly minute: number;
	readonly row: LogRow;
}

export interface Mail {
	readonly minute: number;
	readonly alarm: string;
	/** The value of the dimension, where the alarm is split by one. */
	readonly about: string;
	readonly what: "fired" | "resolved";
}

/** Lines arrive so many minutes late. */
const lateness = 2;
/** Healthy looks until an alarm with a frequency of 5 to 15 minutes resolves. */
const healthyLooks = 3;

/** The mails of Azure's stateful log alerts: one when it fires, silence while it stands, one when it resolves. */
export function mailsOf(alarm: LogAlarm, logged: readonly Logged[], minutes: number): readonly Mail[] {
	const query = lineQuery(alarm.query);
	const every = minutesIn(alarm.frequency);
	const window = minutesIn(alarm.window);
	const mails: Mail[] = [];
	const healthy = new Map<string, number>();
	// The app runs already when the alarms are made.
	for (let now = window + lateness; now <= minutes; now += every) {
		const seen = logged.filter(({ minute }) => minute > now - window - lateness && minute <= now - lateness).map(({ row }) => row);
		const found = Map.groupBy(query(seen), (row) => alarm.splitBy.map((name) => String(row[name])).join());
		if (alarm.splitBy.length === 0 && found.size === 0) found.set("", []);
		const met = new Set([...found].filter(([, rows]) => isMet(alarm, rows.length)).map(([about]) => about));
		for (const about of met) {
			if (!healthy.has(about)) mails.push({ minute: now, alarm: alarm.name, about, what: "fired" });
			healthy.set(about, 0);
		}
		for (const [about, looks] of healthy) {
			if (met.has(about)) continue;
			healthy.set(about, looks + 1);
			if (looks + 1 < healthyLooks) continue;
			healthy.delete(about);
			mails.push({ minute: now, alarm: alarm.name, about, what: "resolved" });
		}
	}
	return mails;
}

function isMet({ operator, threshold }: LogAlarm, count: number): boolean {
	return operator === "GreaterThan" ? count > threshold : count < threshold;
}

function minutesIn(duration: string): number {
	const [, minutes] = /^PT(\d+)M$/.exec(duration) ?? [];
	if (minutes === undefined) throw new Error(`a duration that the alarms' test does not know: ${duration}`);
	return Number(minutes);
}
