import { base64, credentials, pieces, secret, token, tokenInItsOwnOrder, wide } from "../families/cloudflared/tokens.ts";

/** A text with a secret in it, and what must not be found in anything that is made from it. */
export interface Canary {
	readonly name: string;
	readonly text: string;
	readonly secrets: readonly string[];
}

const word = "c4n4ry-9f3b7e21d8";
const webToken = `${base64('{"alg":"HS256"}').replace(/=+$/, "")}.${base64('{"sub":"somebody"}').replace(/=+$/, "")}.Y2FuYXJ5LXNpZ25hdHVyZQ`;
const pemBody = base64(`{"zoneID":"0","accountID":"0","apiToken":"${word}"}`);
const keyBody = `MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDc4n4ry9f3b7e21d8`;

/** The end of a token: no part of the secret may survive either. */
const ofToken = [token.slice(8, 60), token.slice(120, 160), secret];

function shape(name: string, text: string, secrets: readonly string[] = [word]): Canary {
	return { name, text, secrets };
}

/** Put together here, so that no scanner of this repository takes them for real ones. */
const githubToken = `${"ghp"}_${"c4n4ry9f3b".repeat(4).slice(0, 36)}`;
const githubFineToken = `${"github"}_pat_11C4N4RY0${"c4n4ry9f3b".repeat(2)}_${"d8c4n4ry9f".repeat(5)}`;
const slackToken = `${"xoxb"}-100000000000-${"c4n4ry9f3b".repeat(2)}`;
const awsId = `${"AKIA"}C4N4RY9F3B7E21D8`;
const awsSecret = "c4n4ry9f3b/7e21d8+".repeat(3).slice(0, 40);

/** Fifty ways in which a secret gets into a record. */
export const canaries: readonly Canary[] = [
	shape("token flag with a space", `cloudflared.exe tunnel run --token ${token}`, ofToken),
	shape("token flag with an equals sign", `cloudflared tunnel run --token=${token}`, ofToken),
	shape("token flag with one dash", `svchost32.exe tunnel run -token ${token}`, ofToken),
	shape("token in quotes", `"C:\\x y\\cf.exe" tunnel run --token "${token}"`, ofToken),
	shape("token in the other key order", `cf.exe tunnel run --token ${tokenInItsOwnOrder}`, [tokenInItsOwnOrder.slice(60, 150), secret]),
	shape("token after service install", `cloudflared.exe service install ${token}`, ofToken),
	shape("token by itself", token, ofToken),
	shape("token in a path", `C:\\ProgramData\\${token}\\x.txt`, ofToken),
	shape("token in an address", `https://files.example.com/a/${token}?x=1`, ofToken),
	shape("token cut short", `cloudflared service install ${token.slice(0, 130)}`, [token.slice(8, 60), token.slice(100, 130)]),
	shape("token wrapped over lines", pieces(token, 64).join("\r\n"), [token.slice(8, 60), token.slice(130, 160)]),
	shape("token cut into quoted pieces", `$t = "${pieces(token, 30).join('" + "')}"`, [token.slice(40, 58), token.slice(122, 145)]),
	shape("token encoded again", `$t='${base64(token)}'`, [base64(token).slice(20, 80), token.slice(8, 60)]),
	shape("token as UTF-16LE", `echo ${wide(token)}`, [wide(token).slice(20, 80)]),
	shape("token in encoded PowerShell", `powershell -enc ${wide(`& C:\\cf.exe tunnel run --token ${token}`)}`, ofToken),
	shape("word in encoded PowerShell", `powershell.exe -nop -EncodedCommand ${wide(`cf tunnel run --token ${word}`)}`, [
		wide(word).slice(4, 20),
		word,
	]),
	shape("token flag with any word", `cloudflared tunnel run --token ${word} --loglevel debug`),
	shape("service install with any word", `cloudflared service install ${word}`),
	shape("service install with an option first", `cloudflared service install --no-update-service ${word}`),
	shape("variable in cmd", `cmd /c "set TUNNEL_TOKEN=${word}&& cloudflared tunnel run"`),
	shape("variable in PowerShell", `powershell -Command "$env:TUNNEL_TOKEN = '${word}'; cloudflared tunnel run"`),
	shape("variable by setx", `setx TUNNEL_TOKEN ${word} /M`),
	shape("variable in a shell", `bash -c 'export TUNNEL_CRED_CONTENTS="${word}"; cloudflared tunnel run'`),
	shape("variable of a container", `docker run -e TUNNEL_TOKEN=${word} cloudflare/cloudflared tunnel run`),
	shape("variable in a unit", `Environment="TUNNEL_MANAGEMENT_TOKEN=${word}"`),
	shape("variable in the registry", `reg add HKCU\\Environment /v TUNNEL_TOKEN /t REG_SZ /d ${word} /f`),
	shape("credentials in quotes", `cloudflared tunnel --credentials-contents '${credentials}' run x`, [secret]),
	shape("credentials with escaped quotes", `cf --credentials-contents "${credentials.replaceAll('"', '\\"')}" tunnel run`, [secret]),
	shape("credentials file's content", `{"Command":"Set-Content x.json '${credentials.replaceAll('"', '\\"')}'"}`, [secret]),
	shape("service token's secret", `cloudflared access ssh --hostname h.example.com --service-token-id a --service-token-secret ${word}`),
	shape("secret of tunnel create", `cloudflared tunnel create -s ${word} web`),
	shape("access header", `curl -H "CF-Access-Client-Secret: ${word}" https://h.example.com`),
	shape("bearer header", `curl -H 'Authorization: Bearer ${word}' https://h.example.com`),
	shape("web token", `cloudflared tail --token ${webToken}`, [webToken.slice(20), "Y2FuYXJ5LXNpZ25hdHVyZQ"]),
	shape("certificate of an account", `-----BEGIN ARGO TUNNEL TOKEN-----\n${pemBody}\n-----END ARGO TUNNEL TOKEN-----`, [
		pemBody.slice(8, 60),
		word,
	]),
	shape("private key without its frame", `echo ${keyBody} > key`, [keyBody.slice(20)]),
	shape("user and password in an address", `git clone https://deploy:${word}@git.example.com/x.git`),
	shape("signature in an address", `curl "https://hook.example.com/run?a=1&sig=${word}&b=2"`),
	shape("password of a known tool", `plink.exe -ssh -pw ${word} root@192.0.2.7`),
	shape("scheduled task", `schtasks /create /tn u /sc onlogon /tr "C:\\p\\u.exe tunnel run --token=${word}"`),
	shape("key of a storage account", `setx CONN "AccountKey=${word}==;AccountName=web" /M`),
	shape("connection string of a bus", `"Endpoint=sb://h.example.com/;SharedAccessKeyName=send;SharedAccessKey=${word}="`),
	shape("password of an Azure login", `az login --service-principal -u 0b7e4c1a -p ${word} --tenant example.com`),
	shape("password of an Azure login, as Python sees it", `"C:\\p\\python.exe" -IBm azure.cli login -u a --password ${word}`),
	shape("user and password in a credential", `Connect-Thing -Credential bob:${word} -Verbose`),
	shape("GitHub token", `echo ${githubToken} | gh auth login --with-token`, [githubToken.slice(0, 12), githubToken.slice(-12)]),
	shape("fine-grained GitHub token", `git clone ${githubFineToken}`, [githubFineToken.slice(0, 20), githubFineToken.slice(-12)]),
	shape("Amazon key with its secret", `tool ${awsId} ${awsSecret} eu-central-1`, [awsId, awsSecret]),
	shape("Slack token", `notify ${slackToken} hello`, [slackToken.slice(0, 12), slackToken.slice(-12)]),
	shape("shared access signature", `azcopy copy x "sig=${word}%3D&se=2027-01-01&sp=r"`),
];
