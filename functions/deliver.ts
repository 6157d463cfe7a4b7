import { app } from "@azure/functions";
import { theApp, tracked } from "./running.ts";

app.timer("deliver", {
	schedule: "0 */1 * * * *",
	handler: async (_timer, context) => {
		for (const line of await tracked(theApp().deliver())) context[line.event === "error" ? "error" : "log"](JSON.stringify(line));
	},
});
