/**
 * Who the token is for when a flow lets only identities of its tenant trigger it, by value of TEAMS_AUTH.
 * https://learn.microsoft.com/power-automate/oauth-authentication
 */
const audiences = {
	identity: "https://service.flow.microsoft.com/",
	"identity-gcc": "https://gov.service.flow.microsoft.us/",
	"identity-gcc-high": "https://high.service.flow.microsoft.us/",
	"identity-dod": "https://service.flow.appsplatform.us/",
	"identity-china": "https://service.powerautomate.cn/",
} as const;

/** `url`: the address is the credential, by the signature in it. Otherwise the app's identity signs in, in that cloud. */
export const teamsAuths = ["url", "identity", "identity-gcc", "identity-gcc-high", "identity-dod", "identity-china"] as const;

export type TeamsAuth = (typeof teamsAuths)[number];

/** The scope to ask a token for: the audience and `/.default`, hence two slashes. `undefined`: none is needed. */
export function tokenScopeOf(auth: TeamsAuth): string | undefined {
	return auth === "url" ? undefined : `${audiences[auth]}/.default`;
}
