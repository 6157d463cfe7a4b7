/** Another program that is often started beside a tunnel, and what stands right before its secret. */
export interface ToolBeside {
	/** Its name, as it stands in the text. */
	readonly tool: RegExp;
	/** Ends where the secret begins. Linear: nothing in it repeats without a bound. */
	readonly before: RegExp;
	/** A command with the secret `qqq7qqq7`. */
	readonly example: string;
}

/** One line a tool. What a flag, a variable or a key announces by its own name (`--password`) is found without a line here. */
export const toolsBeside: readonly ToolBeside[] = [
	// Remote execution.
	line(/\bwinrs\b/i, /\s[-/]p(?:assword)?:/gi, "winrs -r:srv -u:adm -p:qqq7qqq7 hostname"),
	line(/\bschtasks\b/i, /\s\/r?p\s/gi, "schtasks /create /s srv /u adm /p qqq7qqq7 /tn a /tr b"),
	line(/\bnssm/i, /\bObjectName\s{1,4}\S{1,128}\s/gi, "nssm set cf ObjectName contoso\\svc qqq7qqq7"),
	line(/\bsc(?:\.exe)?\s/i, /\spassword=\s{0,4}/gi, "sc config svc obj= contoso\\a password= qqq7qqq7"),
	line(/\b(?:crackmapexec|cme|netexec|nxc|evil-winrm|bloodhound-python)\b/i, /\s-(?:p|H)\s/g, "netexec smb srv -u adm -p qqq7qqq7"),
	line(/\.py\b|\bimpacket-/i, /\s-(?:hashes|aesKey)\s/gi, "wmiexec.py -hashes qqq7qqq7 d/a@srv"),
	line(/\bssh(?:pass)?\b/i, /\bsshpass\s{1,4}-p\s{0,4}/g, "sshpass -p qqq7qqq7 ssh a@srv"),
	// Archives and encryption.
	line(/\b(?:win)?rar\b/i, /\s-hp(?=\S)/gi, "rar.exe a -hpqqq7qqq7 x.rar C:\\d"),
	line(/\b(?:win)?rar\b/i, /\s-p(?=\S)/gi, "rar.exe a -pqqq7qqq7 x.rar C:\\d"),
	line(/\b(?:un)?zip\b/i, /\s-P\s/g, "zip -P qqq7qqq7 x.zip d"),
	line(
		/\bopenssl\b/i,
		/\s-(?:k|K|passin\s{1,4}pass:|passout\s{1,4}pass:|pass\s{1,4}pass:)\s{0,4}/g,
		"openssl enc -aes-256-cbc -k qqq7qqq7 -in d",
	),
	line(/\bmanage-bde\b/i, /\s-(?:rp|recoverypassword|pw)\s/gi, "manage-bde -unlock c: -rp qqq7qqq7"),
	// Transfer.
	line(
		/\brclone\b/i,
		/\s(?:pass|password|key|token|secret_access_key|client_secret)\s/gi,
		"rclone config create m mega user a pass qqq7qqq7",
	),
	line(/\brclone\b/i, /\sobscure\s/gi, "rclone obscure qqq7qqq7"),
	line(/\blftp\b/i, /\s-u\s{1,4}[^\s,]{1,64},/g, "lftp -u adm,qqq7qqq7 srv"),
	line(/\bmega(?:put|get|tools|cmd|-login)/i, /\s-(?:p|login\s{1,4}\S{1,128})\s/g, "megaput -u a -p qqq7qqq7 d.zip"),
	// Directory.
	line(/\bldap(?:search|modify|add|delete|whoami)\b/i, /\s-w\s/g, "ldapsearch -x -D cn=a -w qqq7qqq7 -b dc=x"),
	line(/\b(?:kerbrute|adfind|ldifde|csvde)\b/i, /\s-(?:p|up|b\s{1,4}\S{1,64}\s{1,4}\S{1,64})\s/gi, "adfind -h dc -u adm -up qqq7qqq7"),
	line(
		/\b(?:sekurlsa|lsadump|kerberos|mimikatz|rubeus|safetykatz)/i,
		/\s\/(?:ntlm|rc4|aes128|aes256|krbtgt|ticket|hash|certificate|des):/gi,
		"mimikatz sekurlsa::pth /user:a /ntlm:qqq7qqq7",
	),
	// Remote desktop and support tools.
	line(/\banydesk\b/i, /\becho\s/gi, "echo qqq7qqq7 | AnyDesk.exe --set-password"),
	line(/\b(?:rdesktop|vncviewer|tvnviewer|xtightvncviewer|wfreerdp)\b/i, /\s-p(?:assword)?[\s=]/gi, "rdesktop -u a -p qqq7qqq7 srv"),
	line(/\bteamviewer\b/i, /\s-(?:-?grant-easy-access|-?api-?token|apitoken)[\s=]/gi, "TeamViewer.exe assign -api-token qqq7qqq7"),
	line(/\bmesh(?:cmd|agent|ctrl)/i, /\s--?(?:loginpass|loginkey|pass)\s/gi, "meshcmd route --loginpass qqq7qqq7"),
	// Databases, cloud and tunnels.
	line(/\bredis-cli\b/i, /\s-a\s/g, "redis-cli -h srv -a qqq7qqq7"),
	line(/\bmongo(?:sh|dump|restore|export)?\b/i, /\s-p\s/g, "mongosh -u a -p qqq7qqq7"),
	line(/\bvault\s/i, /\bvault\s{1,4}login\s/gi, "vault login qqq7qqq7"),
	line(/\bngrok\b/i, /\b(?:add-)?authtoken\s/gi, "ngrok authtoken qqq7qqq7"),
	line(/\btailscale\b/i, /\s--?auth-?key[\s=]/gi, "tailscale up --authkey qqq7qqq7"),
	line(/\b(?:bcdedit|netdom|djoin|dsmod|dsadd)\b/i, /\s[-/](?:pd|po|passwordd|passwordo|pwd)[:\s]/gi, "netdom join a /ud:b /pd:qqq7qqq7"),
	line(/\bcmdkey\b/i, /\s\/pass\s/gi, "cmdkey /add:srv /user:a /pass qqq7qqq7"),
	line(/\bcurl\b/i, /\s(?:-b|--cookie)\s{1,4}["']?[\w.-]{1,64}=/g, 'curl -b "SESSION=qqq7qqq7" https://srv'),
	line(/\bcookie\b/i, /\bcookie:\s{0,4}[\w.-]{1,64}=/gi, 'curl -H "Cookie: SESSION=qqq7qqq7" https://srv'),
	// Any tool that takes a user and a password by their first letters; ports and user numbers are none.
	line(/\s-u\s/, /\s-u\s{1,4}\S{1,128}\s{1,4}-p\s{1,4}(?!\d{1,5}(?:[:/\s]|$))/g, "mytool -u admin -p qqq7qqq7"),
];

function line(tool: RegExp, before: RegExp, example: string): ToolBeside {
	return { tool, before, example };
}
