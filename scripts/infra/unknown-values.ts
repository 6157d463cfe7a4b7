import { nearest } from "../../cli/did-you-mean.ts";

/** One sentence for each variable that looks like a value of a deployment and that the parameters file (its text) does not read. */
export function unknownValues(variables: readonly string[], parametersFile: string): readonly string[] {
	const known = [...parametersFile.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name = ""]) => name);
	return variables
		.filter((name) => /^TUNNELWATCH_/i.test(name) && !known.includes(name))
		.map((name) => {
			const meant = nearest(name, known);
			return `${name} would be ignored: infra/main.bicepparam does not read it.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
		});
}
