import { app } from "@azure/functions";
import { readHealth } from "../lib/app/health.ts";
import { theApp } from "./running.ts";

app.http("health", {
	methods: ["GET"],
	authLevel: "function",
	handler: async () => {
		const health = await readHealth(theApp);
		return { status: health.ok ? 200 : 503, jsonBody: health, headers: { "cache-control": "no-store" } };
	},
});
