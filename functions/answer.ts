import { app, type HttpRequest } from "@azure/functions";
import { takeAnswer } from "../lib/app/take-answer.ts";
import { theApp, tracked } from "./running.ts";

// Off = not there at all. What else is wrong with the settings is said by health, and by each request.
if (/^(link|entra)$/.test(process.env["ACTIONS"]?.trim() ?? "")) {
	app.http("answer", {
		methods: ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"],
		// The link is the key to look; the form, the cookie and the sign-in are the key to answer.
		authLevel: "anonymous",
		route: "answer/{token}",
		handler: async (request, context) => {
			const { response, line } = await tracked(
				takeAnswer(theApp, {
					method: request.method,
					token: request.params["token"] ?? "",
					download: request.query.get("download") === "approval",
					header: (name) => request.headers.get(name) ?? undefined,
					body: (maxBytes) => bodyOf(request, maxBytes),
				}),
			);
			if (line !== undefined) context[line.event === "error" ? "error" : "log"](JSON.stringify(line));
			return { status: response.status, headers: { ...response.headers }, body: request.method === "HEAD" ? "" : response.body };
		},
	});
}

/** The platform has already read the whole body; a body that is too long is ignored. */
async function bodyOf(request: HttpRequest, maxBytes: number): Promise<string | undefined> {
	const bytes = Buffer.from(await request.arrayBuffer());
	return bytes.length > maxBytes ? undefined : bytes.toString("utf8");
}
