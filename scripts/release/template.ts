import * as z from "zod";

const templateSchema = z.looseObject({ parameters: z.record(z.string(), z.looseObject({ defaultValue: z.unknown().optional() })) });

/** The template with other defaults: a release knows the address and the checksum of its package. */
export function releasedTemplate(json: string, defaults: Readonly<Record<string, string>>): string {
	const template = templateSchema.parse(JSON.parse(json));
	for (const [name, value] of Object.entries(defaults)) {
		const parameter = template.parameters[name];
		if (parameter === undefined) throw new Error(`The template has no parameter ${name}; run npm run infra.`);
		parameter.defaultValue = value;
	}
	return `${JSON.stringify(template, undefined, 2)}\n`;
}
