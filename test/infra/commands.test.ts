import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./template.ts";

/**
 * Options of the commands that the guides and scripts use, by the published references of the Azure CLI and azd
 * (November 2026): the ones a command must have, then others it takes. `--query` and `--output` go with every `az`.
 */
const reference: Readonly<Record<string, readonly [required: readonly string[], more?: readonly string[]]>> = {
	"az ad signed-in-user show": [[]],
	"az bicep build-params": [["--file"], ["--outfile", "--stdout"]],
	"az bicep install": [[], ["--version"]],
	"az deployment group create": [["--resource-group"], ["--name", "--template-file", "--parameters"]],
	"az deployment group show": [["--resource-group", "--name"]],
	"az deployment group what-if": [["--resource-group"], ["--name", "--template-file", "--parameters"]],
	"az functionapp config appsettings list": [["--resource-group", "--name"]],
	"az functionapp deployment source config-zip": [
		["--resource-group", "--name", "--src"],
		["--timeout", "--build-remote"],
	],
	"az functionapp keys list": [["--resource-group", "--name"]],
	"az functionapp list": [[], ["--resource-group"]],
	"az functionapp list-flexconsumption-locations": [[]],
	"az functionapp restart": [["--resource-group", "--name"]],
	"az functionapp show": [["--resource-group", "--name"]],
	"az group create": [["--name", "--location"], ["--tags"]],
	"az group delete": [["--name"], ["--yes", "--no-wait"]],
	"az group show": [["--name"]],
	"az identity show": [["--resource-group", "--name"]],
	"az keyvault list": [[], ["--resource-group"]],
	"az keyvault recover": [["--name"], ["--location"]],
	"az keyvault secret set": [
		["--vault-name", "--name"],
		["--value", "--file"],
	],
	"az keyvault show": [["--name"], ["--resource-group"]],
	"az lock delete": [["--ids"]],
	"az lock list": [[], ["--resource-group"]],
	"az login": [[]],
	"az network private-endpoint delete": [["--resource-group", "--name"]],
	"az provider register": [["--namespace"]],
	"az role assignment create": [
		["--role", "--scope"],
		["--assignee", "--assignee-object-id", "--assignee-principal-type"],
	],
	"az role assignment delete": [[], ["--assignee", "--role", "--scope"]],
	"az storage account list": [[], ["--resource-group"]],
	"az storage account show": [["--name"], ["--resource-group"]],
	"az storage blob upload": [["--file"], ["--account-name", "--auth-mode", "--container-name", "--name", "--overwrite"]],
	"azd auth login": [[]],
	"azd deploy": [[]],
	"azd down": [[]],
	"azd env new": [[]],
	"azd env set": [[], ["--file"]],
	"azd up": [[]],
};
const always = ["--query", "--output"];

/** Every call of `az` and `azd` in a text, with its options. */
function calls(text: string): { command: string; options: string[] }[] {
	const found = [...text.matchAll(/(?<![\w-./])(azd? [a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*)([^\n]*)/g)];
	return found.flatMap(([, words = "", rest = ""]) => {
		const command = Object.keys(reference)
			.filter((known) => words === known || words.startsWith(`${known} `))
			.sort((one, other) => other.length - one.length)[0];
		// A call inside the options of another one has options of its own.
		const own = rest.split(/\$\((?=az )|`|\)|; /)[0] ?? "";
		return [{ command: command ?? words, options: [...own.matchAll(/(?<=\s)--[a-z-]+/g)].map(([option]) => option) }];
	});
}

/** What a reference does not know, or misses. */
function complaints(text: string): string[] {
	return calls(text).flatMap(({ command, options }) => {
		const known = reference[command];
		if (known === undefined) return [`${command} is not in the reference`];
		const [required, more = []] = known;
		return [
			...options.filter((option) => ![...required, ...more, ...always].includes(option)).map((option) => `${command}: ${option}`),
			...(options.length === 0 && !text.includes(`${command} --`)
				? []
				: required.filter((option) => !options.includes(option)).map((option) => `${command} lacks ${option}`)),
		];
	});
}

const places = ["docs/deploy.md", "scripts/infra/deploy-package.sh", "scripts/infra/install-bicep.sh", "scripts/infra/bicep.ts"];

test.each(places)("%s uses commands and options as they are published", (path) => {
	const text = readFileSync(`${root}${path}`, "utf8")
		.split("\n")
		.filter((line) => !/^\d+\. |^- |^\||^[A-Z]|^#|^ \*|^\/\//.test(line.trimStart()) || /`az/.test(line))
		.join("\n");

	expect(complaints(text)).toEqual([]);
});

test("a wrong option, a missing one and an unknown command are noticed", () => {
	expect(complaints('az keyvault secret set --vault-name "$vault" --secret-name x')).toEqual([
		"az keyvault secret set: --secret-name",
		"az keyvault secret set lacks --name",
	]);
	expect(complaints("az functionapp publish --name x")).toEqual(["az functionapp publish is not in the reference"]);
	expect(complaints("azd env set --values deploy.env")).toEqual(["azd env set: --values"]);
});
