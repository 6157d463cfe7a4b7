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

app.hook.appTerminate(async () => {
	await Promise.race([Promise.allSettled(running), new Promise((resolve) => setTimeout(resolve, 4_000))]);
});
