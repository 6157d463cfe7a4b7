// What announces a secret, as lists: patterns are built from them, and tests go through every word of them.
// A dash in a name may be missing or, in keys, be an underscore.

/** Flags whose value is secret, without their dashes. */
export const secretFlags = [
	"token",
	"sas-token",
	"access-token",
	"auth-token",
	"secret",
	"client-secret",
	"access-key",
	"account-key",
	"storage-account-key",
	"secret-key",
	"secret-access-key",
	"api-key",
	"password",
	"passwd",
	"passphrase",
	"pass",
	"pwd",
	"pw",
	"api-token",
	"recovery-password",
	"otp",
	// In German, French and Portuguese.
	"kennwort",
	"passwort",
	"mot-de-passe",
	"senha",
] as const;

/** Environment variables whose value is secret. */
export const secretVariables = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** Ends of names before `:` or `=`. */
export const secretKeys = [
	"password",
	"passwd",
	"passphrase",
	"pass",
	"pwd",
	"secret",
	"token",
	"credential",
	"credentials",
	"api-key",
	"access-key",
	"account-key",
	"auth-key",
	"private-key",
	"private-key-id",
	"private-mac",
	"shared-key",
	"kennwort",
	"passwort",
] as const;

/** Ends of the names of query parameters. */
export const secretQueryEnds = ["token", "secret", "password", "passwd", "pwd", "key", "signature"] as const;

/** Query parameters by their whole names. */
export const secretQueryNames = ["signature", "sig", "code"] as const;

/** What may stand between `Authorization:` and its secret. */
export const authorizationSchemes = ["bearer", "basic", "digest", "token", "negotiate", "ntlm"] as const;

/** Options of Windows tools, `/p:SECRET`. */
export const slashSecrets = ["password", "pass", "pw", "p"] as const;

/** Programs that take a password with `-p`. */
export const passwordTools = [
	"sshpass",
	"plink",
	"pscp",
	"psftp",
	"psexec",
	"psexec64",
	"paexec",
	"winscp",
	"winexe",
	"mysql",
	"mysqldump",
	"mysqladmin",
	"sqlcmd",
	"osql",
	"bcp",
	"7z",
	"smbclient",
	"evil-winrm",
	"xfreerdp",
] as const;

/** Programs that do so with their command `login`. */
export const loginTools = ["az", "azure.cli", "docker", "podman"] as const;

/** First characters of keys in base64, where the lines around them are missing. */
export const keyStarts = ["MII", "MHcCAQ", "MC4CAQ", "b3BlbnNzaC1rZXk"] as const;

/** Names as an alternation, each dash replaced by this pattern. */
export function anyOf(names: readonly string[], dash = "-?"): string {
	return names.map((name) => name.replaceAll(".", "\\.").replaceAll("-", dash)).join("|");
}
