import { app } from "@azure/functions";
import { theApp, tracked } from "./running.ts";

app.timer("deliver", {
	schedule: "0 */1 * * * *",
	handler: async (_timer, context) => {
		context.log(JSON.stringify(await tracked(theApp().deliver())));
	},
});
