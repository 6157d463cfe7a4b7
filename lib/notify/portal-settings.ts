import * as z from "zod";

export const portalSettings = {
	PORTAL_URL: z
		.string()
		.regex(/^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+\/?$/, "write https:// and the host name of the portal, nothing more")
		.transform((text) => text.replace(/\/$/, ""))
		.prefault("https://security.microsoft.com")
		.describe("Defender portal that links open. Change it only for a sovereign cloud."),
};
