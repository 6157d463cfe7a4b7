import { at, ofType, type Template } from "../template.ts";

/** Something the template promises. `breakIt` damages a copy on purpose: a guard that does not notice is worth nothing. */
export interface Guard {
	readonly promise: string;
	/** What is wrong, one line each; empty = the promise is kept. */
	check(template: Template): readonly string[];
	readonly breakIt: readonly ((template: Template) => void)[];
}

/** Compares exact values of the only resource of a type. */
export function mustBe(template: Template, type: string, expected: Readonly<Record<string, unknown>>): string[] {
	const found = ofType(template, type);
	if (found.length === 0) return [`${type} is missing`];
	return found.flatMap(({ key, resource }) =>
		Object.entries(expected).flatMap(([path, value]) => {
			const actual = at(resource, path);
			return JSON.stringify(actual) === JSON.stringify(value)
				? []
				: [`${type} ${key}: ${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(value)}`];
		}),
	);
}

/** Removes the only resource of a type, wherever it stands. */
export function remove(template: Template, type: string): void {
	for (const { key, within } of ofType(template, type)) delete within.resources[key];
}
