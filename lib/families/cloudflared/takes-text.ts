import { rememberedByPath } from "../../sighting/remembered-by-path.ts";

/** They search, show, send or keep text, or take it for a question: what looks like a command there is none. */
const kinds = {
	search: "[a-z]{0,8}grep|rg|ag|ack|pt|sift|fd|fdfind|fzf|findstr|select-string|[mp]?locate|everything|es|journalctl|ausearch|auditctl",
	processes: "ps|pgrep|pkill|pidof|pidstat|kill|killall|taskkill|tasklist|[bh]?top|check_procs|monit",
	show: "echo|printf|cat|bat|less|more|head|tail|man|info|tldr|cheat|navi|whatis|apropos|explainshell|which|where|whereis|type|ls|dir",
	change: "sed|awk|jq|yq|diff|sort|cut|tr|wc|tee|expr|test|base64|openssl|pandoc|hugo|shellcheck",
	files: "cp|mv|rm|ln|touch|mkdir|rmdir|stat|file|basename|dirname|realpath|readlink|chmod|chown|zip|tar",
	editors:
		"code|code-insiders|codium|cursor|windsurf|zed|vi|vim|nvim|gvim|nano|micro|hx|emacs|kate|gedit|subl|sublime_text|mousepad|devenv|idea64?|notepad|notepad\\+\\+|wordpad|winword|excel|onenote|obsidian",
	clipboards: "xclip|xsel|wl-copy|pbcopy|clip",
	dialogs: "zenity|kdialog|yad|dialog|whiptail|xmessage|notify-send|osascript|msg|wall|write",
	logs: "logger|eventcreate|rsyslogd|syslog-ng",
	managers: "systemctl|loginctl|hostnamectl|timedatectl|localectl|nmcli|sc|net|net1|netsh|reg|setx",
	consoles: "mmc|regedit|control|eventvwr|perfmon",
	messages:
		"mail|mailx|mutt|sendmail|outlook|thunderbird|slackcat|discord|telegram|telegram-send|signal-cli|zoom|mattermost|ntfy|mosquitto_pub",
	tickets: "jira|linear|gh|glab|hub|git|svn|hg|jj|fossil",
	web: "curl|wget|http|https|chrome|chromium|msedge|firefox|brave|opera|safari",
	questions: "claude|codex|gemini|aider|llm|ollama|chatgpt|copilot|opencode|goose",
	history: "atuin|mcfly|hishtory|zoxide|thefuck|starship",
	stores: "redis-cli|psql|mysql|sqlite3|vault|pass|secret-tool|gitleaks|trufflehog",
	clusters: "kubectl|oc|helm|k9s|kustomize|argocd|flux|istioctl",
	packages: "apt|apt-get|apt-cache|dpkg|yum|dnf|rpm|pacman|apk|zypper|brew|port|winget|choco|scoop|pip|pip3",
} as const;

const any = new RegExp(`^(?:${Object.values(kinds).join("|")})$`);

/** @param program its name, lower case, without extension. */
export const takesText: (program: string) => boolean = rememberedByPath((program) => any.test(program));

/** Behind such an option stands a text for people, or something to look for; none of them says what to run. */
export const announcesText =
	/^--?(?:message|msg|text|title|body|summary|subject|description|comment|notes?|query|search|filter|pattern|regexp?|grep|value|content|prompt|label|metadata)$/i;
