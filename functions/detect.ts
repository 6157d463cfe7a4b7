import { app, type InvocationContext } from "@azure/functions";
import { hubTriggers } from "../lib/app/hub-names.ts";
import { theApp, tracked } from "./running.ts";

// `dataType` is missing from the option types but reaches the host's binding. It must be binary: otherwise the host
// parses every body itself, and one that is not JSON loses the whole batch before we are called.
const trigger = {
	connection: "EventHub",
	consumerGroup: "%EVENTHUB_CONSUMER_GROUP%",
	cardinality: "many",
	dataType: "binary",
	// For ever: bad messages cannot fail a batch, so what fails is our own table, and the hub is then the buffer.
	retry: { strategy: "exponentialBackoff", maxRetryCount: -1, minimumInterval: { seconds: 5 }, maximumInterval: { minutes: 5 } },
} as const;

async function handler(bodies: unknown, context: InvocationContext): Promise<void> {
	for (const line of await tracked(theApp().detect(bodies, context.triggerMetadata, context.retryContext?.retryCount)))
		context[line.event === "error" ? "error" : "log"](JSON.stringify(line));
}

for (const { functionName, eventHubName } of hubTriggers(process.env["EVENTHUB_NAME"]))
	app.eventHub(functionName, { ...trigger, eventHubName, handler });
