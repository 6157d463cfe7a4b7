import { labelledHelp, localSettings, platformSettings, settingSchemas } from "./settings.ts";

/** The settings as a Markdown table, from the same schema that reads them. */
export function settingsTable(): string {
	const rows = Object.entries(settingSchemas).map(([name, schema]) => {
		const standard = schema.safeParse(undefined);
		const value = standard.success ? standard.data : undefined;
		return row(name, shown(value), schema.description ?? "");
	});
	const further = row(labelledHelp.names.join("`, `"), "", labelledHelp.help);
	const platform = Object.entries(platformSettings).map(([name, help]) => row(name, "", help));
	const local = Object.entries(localSettings).map(([name, { help, standard }]) => row(name, `\`${standard}\``, help));
	return ["| setting | default | meaning |", "|---|---|---|", ...rows, further, ...platform, ...local].join("\n");
}

function shown(value: unknown): string {
	if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "";
	return `\`${String(value)}\``;
}

function row(name: string, standard: string, help: string): string {
	return `| \`${name}\` | ${standard} | ${help.replaceAll("|", "\\|")} |`;
}
