import { app } from "@azure/functions";
import { type AzureApp, createAzureApp } from "../lib/app/azure-app.ts";

let composed: AzureApp | undefined;
const running = new Set<Promise<unknown>>();

/** Composed at the first use: a wrong setting then fails an invocation with a clear error, not the whole worker without one. */
export function theApp(): AzureApp {
	composed ??= createAzureApp(process.env, process.env["AzureWebJobsScriptRoot"] ?? process.cwd());
	return composed;
}

/** The worker exits on `appTerminate` without waiting for invocations, so the hook waits for them: at most 4 s of the 5 s it has. */
export function tracked<T>(work: Promise<T>): Promise<T> {
	running.add(work);
	const done = () => running.delete(work);
	work.then(done, done);
	return work;
}

const noteEveryMs = 15_000;
// In the background, so that a batch in which nothing is found makes no call.
setInterval(() => {
	if (composed !== undefined) void tracked(composed.note());
}, noteEveryMs).unref();

app.hook.appTerminate(async () => {
	const ended = Promise.allSettled(running).then(() => composed?.note());
	await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 4_000))]);
});
