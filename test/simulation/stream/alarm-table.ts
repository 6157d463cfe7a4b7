import { logAlarms, mailsOf } from "./log-alarms.ts";
import { type Fault, watchedDay } from "./watched-day.ts";

/** The one alarm that each fault must raise, by the name and the dimension that people see, and its longest delay in minutes. */
const alarmTable: Readonly<Record<Fault, { readonly alarm: string; readonly within: number; readonly told: string }>> = {
	"export stops": { alarm: "problem stream-silent", within: 40, told: "stream-silent" },
	"reader stops": { alarm: "problem events-unread:defender", within: 20, told: "events-unread" },
	"host stops": { alarm: "no-heartbeat ", within: 32, told: "" },
	"listener cannot start": { alarm: "problem events-unread:defender", within: 20, told: "events-unread" },
	"table down": { alarm: "problem table-down", within: 15, told: "" },
	"destination down": { alarm: "problem destination-down:teams", within: 15, told: "destination-down" },
	"dead notice": { alarm: "problem notice-dead:teams", within: 20, told: "notice-dead" },
	"bad approvals": { alarm: "problem settings-wrong:approvals", within: 15, told: "settings-wrong" },
	poison: { alarm: "problem quarantine", within: 15, told: "" },
	"late events": { alarm: "problem events-late:defender", within: 40, told: "events-late" },
};

const from = 15;
/** A destination that was down is probed once an hour, and every alarm takes its time to resolve. */
const afterwards = 160;

/** What is wrong with the alarms of one fault that stands so long; empty: exactly one alarm, one end, one message and its end. */
export async function mistakesOf(fault: Fault, standsMinutes: number): Promise<readonly string[]> {
	const to = from + standsMinutes;
	const minutes = to + afterwards;
	const { logged, told } = await watchedDay(fault, { from, to, minutes });
	const mails = logAlarms().flatMap((alarm) => mailsOf(alarm, logged, minutes));
	const { alarm, within, told: code } = alarmTable[fault];
	const seen = mails.map((mail) => `${mail.what} ${mail.alarm} ${mail.about}`).join(", ");
	const mistakes = seen === `fired ${alarm}, resolved ${alarm}` ? [] : [`mails: ${seen}`];
	const begins = fault === "listener cannot start" ? 0 : from;
	const delay = (mails[0]?.minute ?? Number.POSITIVE_INFINITY) - begins;
	if (delay > within) mistakes.push(`the mail came after ${delay} minutes`);
	// One that is down hears nothing of itself; a table that is away keeps no account of messages.
	const names = fault === "destination down" ? ["webhook"] : ["teams", "webhook"];
	const expected = code === "" ? [] : ["begun", "over"].flatMap((phase) => names.map((name) => `${name}: ${code} ${phase}`));
	const got = told.map((line) => line.replace(/^\d+ /, ""));
	if (got.join() !== expected.join()) mistakes.push(`messages: ${told.join(", ")}`);
	return mistakes;
}
