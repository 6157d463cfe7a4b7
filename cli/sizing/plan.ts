/** List prices in US dollars, of US regions in November 2026. They change: look at your own. */
const prices = {
	throughputUnitMonth: 21.9,
	millionEvents: 0.028,
	onDemandGbSecond: 0.000026,
	readyGbSecond: 0.000004,
	activeGbSecond: 0.000016,
	millionRuns: 0.4,
	freeGbSeconds: 100_000,
	freeRuns: 250_000,
	/** Seven query alarms every 15 minutes; logs, storage and vault operations. */
	aroundFast: 10,
	aroundFrugal: 5.5,
} as const;

export interface Load {
	readonly gigabytesAMonth: number;
	/** Mean size of a message. Defender packs many records into one. */
	readonly kilobytesAMessage: number;
}

export interface SizingPlan {
	readonly messagesASecond: number;
	readonly megabytesASecond: number;
	/** In the busiest minutes. */
	readonly busyMegabytesASecond: number;
	readonly throughputUnits: number;
	/** With room to double, because it cannot be changed later; 32 is the most. */
	readonly partitions: number;
	readonly instances: number;
	readonly dollars: { readonly fast: number; readonly frugal: number };
}

const secondsAMonth = 730 * 3600;
/** The busiest minutes of office hours, over the month's mean. An assumption: doctor measures the mean only. */
const busyFactor = 2.5;
/** What an instance of 512 MB reads in a second of a stream without matches, a quarter of a processor at a cautious 40 MB a second. */
const megabytesASecondOfAnInstance = 10;
const gigabytesOfMemory = 0.5;
const windowSeconds = 30;
const frugalBatch = 32;

/** What an amount of data needs and costs. Dollars are of a namespace of our own, and include it. */
export function plan({ gigabytesAMonth, kilobytesAMessage }: Load): SizingPlan {
	const megabytesASecond = (gigabytesAMonth * 1000) / secondsAMonth;
	const messagesASecond = (megabytesASecond * 1000) / kilobytesAMessage;
	const busyMegabytesASecond = megabytesASecond * busyFactor;
	const throughputUnits = Math.max(1, Math.ceil(busyMegabytesASecond));
	const partitions = [4, 8, 16, 32].find((count) => count >= 2 * throughputUnits) ?? 32;
	const instances = Math.max(1, Math.ceil(busyMegabytesASecond / megabytesASecondOfAnInstance));
	const messages = messagesASecond * secondsAMonth;
	const hub =
		throughputUnits * prices.throughputUnitMonth + (messages / 1e6) * Math.max(1, Math.ceil(kilobytesAMessage / 64)) * prices.millionEvents;
	return {
		messagesASecond,
		megabytesASecond,
		busyMegabytesASecond,
		throughputUnits,
		partitions,
		instances,
		dollars: {
			fast: hub + fastApp(messagesASecond, instances) + prices.aroundFast,
			frugal: hub + frugalApp(messagesASecond, partitions, instances) + prices.aroundFrugal,
		},
	};
}

/** One instance always ready; it counts as active for at least a second around each message, at most all the time. */
function fastApp(messagesASecond: number, instances: number): number {
	const activeShare = 1 - Math.exp(-messagesASecond);
	const perSecond = prices.readyGbSecond + activeShare * prices.activeGbSecond + (instances - 1) * prices.onDemandGbSecond;
	return secondsAMonth * gigabytesOfMemory * perSecond + ((messagesASecond * secondsAMonth) / 1e6) * prices.millionRuns;
}

/** Each partition is active for a second in each window with messages, or as often as batches are full; at most all instances all the time. Less the free grant. */
function frugalApp(messagesASecond: number, partitions: number, instances: number): number {
	const runsASecond = Math.min(messagesASecond, Math.max(partitions / windowSeconds, messagesASecond / frugalBatch));
	const activeSeconds = Math.min(runsASecond, instances) * secondsAMonth;
	const gbSeconds = Math.max(0, (activeSeconds + secondsAMonth / 60) * gigabytesOfMemory - prices.freeGbSeconds);
	const runs = Math.max(0, runsASecond * secondsAMonth + secondsAMonth / 60 - prices.freeRuns);
	return gbSeconds * prices.onDemandGbSecond + (runs / 1e6) * prices.millionRuns;
}
