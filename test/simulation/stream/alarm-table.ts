import { logAlarms, mailsOf } from "./log-alarms.ts";
import { type Fault, watchedDay } from "./watched-day.ts";

interface Expected {
	/** Of the template's alarms, by the name and the dimension that people see. */
	readonly alarm: string;
	/** Its longest delay in minutes. */
	readonly within: number;
	/** The code of the product's own messages, and their longest delay; absent: it sends none. */
	readonly told?: { readonly code: string; readonly within: number };
}

/** The one alarm that each fault must raise. */
const alarmTable: Readonly<Record<Fault, Expected>> = {
	"export stops": { alarm: "problem stream-silent", within: 40, told: { code: "stream-silent", within: 35 } },
	"reader stops": { alarm: "problem events-unread:defender", within: 20, told: { code: "events-unread", within: 15 } },
	"host stops": { alarm: "no-heartbeat ", within: 32 },
	"listener cannot start": { alarm: "problem events-unread:defender", within: 20, told: { code: "events-unread", within: 15 } },
	"table down": { alarm: "problem table-down", within: 15 },
	"destination down": { alarm: "problem destination-down:teams", within: 15, told: { code: "destination-down", within: 5 } },
	"dead notice": { alarm: "problem notice-dead:teams", within: 20, told: { code: "notice-dead", within: 10 } },
	"bad approvals": { alarm: "problem settings-wrong:approvals", within: 15, told: { code: "settings-wrong", within: 5 } },
	poison: { alarm: "problem quarantine", within: 15 },
	"late events": { alarm: "problem events-late:defender", within: 40, told: { code: "events-late", within: 35 } },
};

/** From the end of a fault until the product says that it is over; a destination that was down is probed once an hour. */
const overWithin = (fault: Fault) => (fault === "destination down" ? 80 : 20);

const from = 15;
/** A destination that was down is probed once an hour, and every alarm takes its time to resolve. */
const afterwards = 160;

/** What is wrong with the alarms of one fault that stands so long; empty: exactly one alarm, one end, one message and its end. */
export async function mistakesOf(fault: Fault, standsMinutes: number): Promise<readonly string[]> {
	const to = from + standsMinutes;
	const minutes = to + afterwards;
	const { logged, told } = await watchedDay(fault, { from, to, minutes });
	const mails = logAlarms().flatMap((alarm) => mailsOf(alarm, logged, minutes));
	const { alarm, within, told: message } = alarmTable[fault];
	const seen = mails.map((mail) => `${mail.what} ${mail.alarm} ${mail.about}`).join(", ");
	const mistakes = seen === `fired ${alarm}, resolved ${alarm}` ? [] : [`mails: ${seen}`];
	const begins = fault === "listener cannot start" ? 0 : from;
	const delay = (mails[0]?.minute ?? Number.POSITIVE_INFINITY) - begins;
	if (delay > within) mistakes.push(`the mail came after ${delay} minutes`);
	// One that is down hears nothing of itself; a table that is away keeps no account of messages.
	const names = fault === "destination down" ? ["webhook"] : ["teams", "webhook"];
	const expected =
		message === undefined ? [] : ["begun", "over"].flatMap((phase) => names.map((name) => `${name}: ${message.code} ${phase}`));
	if (told.map(({ what }) => what).join() !== expected.join()) mistakes.push(`messages: ${told.map(({ what }) => what).join(", ")}`);
	for (const { minute, what } of told) {
		const late = what.endsWith("over") ? minute - to - overWithin(fault) : minute - begins - (message?.within ?? 0);
		if (late > 0) mistakes.push(`${what} came ${late} minutes too late`);
	}
	return mistakes;
}
