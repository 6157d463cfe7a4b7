import * as z from "zod";
import { accepted, isLoopbackHost, refusedUrl } from "../http/url-check.ts";
import { destinationKind } from "../kind.ts";
import { createPagerduty } from "./pagerduty.ts";

const hosts = ["events.pagerduty.com", "events.eu.pagerduty.com"];

export const pagerduty = destinationKind({
	name: "pagerduty",
	audience: "machine",
	resolves: true,
	// It wakes people up.
	from: "high",
	settings: {
		PAGERDUTY_ROUTING_KEY: z
			.string()
			.regex(/^[A-Za-z0-9]{32}$/, "write the integration key of an Events API v2 integration: 32 letters and digits")
			.optional()
			.describe("Integration key of a PagerDuty service (Events API v2); it is a secret. Empty = no pages."),
		PAGERDUTY_URL: z
			.string()
			.prefault("https://events.pagerduty.com/v2/enqueue")
			.describe("Where events go. For a PagerDuty account in the EU: `https://events.eu.pagerduty.com/v2/enqueue`."),
	},
	address: "PAGERDUTY_ROUTING_KEY",
	secrets: ["PAGERDUTY_ROUTING_KEY"],
	example: { PAGERDUTY_ROUTING_KEY: "R0example00000000000000000000000", PAGERDUTY_URL: "https://events.pagerduty.com/v2/enqueue" },
	fixes: {
		auth: "Copy the integration key of the service again: Service › Integrations › Events API v2.",
		rejected: "Copy the integration key of the service again: Service › Integrations › Events API v2.",
	},
	check: ({ PAGERDUTY_URL: text }, { allowLoopback }) => {
		const no = (problem: string) => refusedUrl(problem, "PAGERDUTY_URL");
		if (!URL.canParse(text)) return no("this is not an address; leave it out, or write that of your region");
		const url = new URL(text);
		if (url.username !== "" || url.password !== "") return no("the address must not hold a user name or a password");
		if (allowLoopback && isLoopbackHost(url) && /^https?:$/.test(url.protocol)) return accepted();
		const isRight = url.protocol === "https:" && hosts.includes(url.hostname) && url.port === "" && url.pathname === "/v2/enqueue";
		return isRight ? accepted() : no(`write https://${hosts.join("/v2/enqueue or https://")}/v2/enqueue`);
	},
	create: ({ PAGERDUTY_ROUTING_KEY: routingKey = "", PAGERDUTY_URL: url }, { post, clock, knowledge }) =>
		createPagerduty({ url, routingKey, post, clock, knowledge }),
});
