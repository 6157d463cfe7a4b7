import { at, moduleTemplate, type Template } from "./template.ts";

/**
 * Evaluates the expressions of the template far enough to see what a deployment would get. It knows the functions that
 * the template uses and throws at any other. `reference` of a resource gives marks such as `<identity.principalId>`.
 */
export interface Deployment {
	/** The value of any text of the template, expression or not; in a loop, that of one of its copies. */
	value(text: unknown, copy?: number): unknown;
	/** The same inside a module, with the parameters it is given. */
	module(name: string, copy?: number): Deployment;
}

type Args = readonly unknown[];
export type Functions = Readonly<Record<string, (...args: Args) => unknown>>;

export function deploy(
	template: Template,
	given: Readonly<Record<string, unknown>>,
	groupTags: Readonly<Record<string, string>> = {},
): Deployment {
	const scope: Functions = {
		resourceGroup: () => ({ id: "/subscriptions/sub/resourceGroups/group", name: "group", location: "westeurope", tags: groupTags }),
		parameters: (name) =>
			given[String(name)] === undefined || given[String(name)] === null
				? value(template.parameters?.[String(name)]?.defaultValue ?? null)
				: given[String(name)],
		variables: (name) => value(template.variables?.[String(name)]),
		reference: (name) => {
			const resource = template.resources[String(name)];
			const inner = resource && moduleTemplate(resource);
			return inner === undefined ? marks(String(name)) : { outputs: outputsOf(module(String(name)), inner) };
		},
	};

	function value(text: unknown, copy = 0): unknown {
		if (Array.isArray(text)) return text.map((inner) => value(inner, copy));
		if (typeof text === "object" && text !== null)
			return Object.fromEntries(Object.entries(text).map(([key, inner]) => [String(value(key, copy)), value(inner, copy)]));
		if (typeof text !== "string" || !text.startsWith("[") || !text.endsWith("]")) return text;
		return evaluate(text.slice(1, -1), { ...scope, copyIndex: () => copy });
	}

	function module(name: string, copy = 0): Deployment {
		const resource = template.resources[name];
		const inner = resource && moduleTemplate(resource);
		if (resource === undefined || inner === undefined) throw new Error(`module ${name} expected`);
		const parameters = resource.properties?.["parameters"] as Record<string, unknown>;
		const given = Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, at(value(parameter, copy), "value")]));
		return deploy(inner, given, groupTags);
	}

	return { value, module };
}

function outputsOf(deployment: Deployment, template: Template): Record<string, unknown> {
	return lazy(Object.keys(template.outputs ?? {}), (name) => ({ value: deployment.value(template.outputs?.[name]?.value) }));
}

/** Outputs of a module that is not deployed must not be evaluated, so each waits until it is asked for. */
function lazy(names: readonly string[], get: (name: string) => unknown): Record<string, unknown> {
	const target = {};
	for (const name of names) Object.defineProperty(target, name, { enumerable: true, get: () => get(name) });
	return target;
}

/** Addresses that the template takes apart. */
const known: Readonly<Record<string, string>> = {
	serviceBusEndpoint: "https://its-own-name.servicebus.example:443/",
	defaultHostName: "tunnelwatch-a1b2.westeurope-01.sites.example",
};

/** Any property, at any depth, as something whose text names it. */
function marks(path: string): unknown {
	const text = () => `<${path}>`;
	const property = (key: string) => known[key] ?? marks(`${path}.${key}`);
	return new Proxy({}, { get: (_target, key) => (typeof key === "symbol" || key === "toString" ? text : property(key)) });
}

/** The value of an expression of a form, whose own functions (`steps`, `parse` and so on) are given. */
export function evaluateForm(text: string, own: Functions): unknown {
	return evaluate(text.replace(/^\[|\]$/g, ""), own);
}

/** Grammar: `name(args)`, `'text'`, whole numbers, and after each `.property` or `[index]`. */
function evaluate(source: string, scope: Functions): unknown {
	let position = 0;
	const result = expression(scope);
	if (position !== source.length) throw new Error(`unexpected ${source.slice(position, position + 20)}`);
	return result();

	function expression(inner: Functions): () => unknown {
		let current = primary(inner);
		for (;;) {
			const target = current;
			const property = take(/^\.(\w+)/);
			if (property !== undefined) {
				current = () => (target() as Record<string, unknown>)[property];
				continue;
			}
			if (take(/^(\[)/) === undefined) return current;
			const index = expression(inner);
			take(/^(\])/);
			current = () => (target() as Record<string, unknown>)[String(index())];
		}
	}

	function primary(inner: Functions): () => unknown {
		const text = take(/^('(?:[^']|'')*')/);
		if (text !== undefined) return () => text.slice(1, -1).replaceAll("''", "'");
		const number = take(/^(-?\d+)/);
		if (number !== undefined) return () => Number(number);
		const name = take(/^(\w+)\(/);
		if (name === undefined) throw new Error(`unexpected ${source.slice(position, position + 20)}`);
		const args: (() => unknown)[] = [];
		while (take(/^(\))/) === undefined) {
			args.push(expression(inner));
			take(/^(,\s*)/);
		}
		return () => call(name, args, inner);
	}

	function take(pattern: RegExp): string | undefined {
		const [whole = "", part] = source.slice(position).match(pattern) ?? [];
		position += whole.length;
		return part;
	}
}

/** What the lambdas around an expression are given, by the names of their arguments. */
let lambdaValues: Readonly<Record<string, unknown>> = {};

function call(name: string, args: readonly (() => unknown)[], scope: Functions): unknown {
	const [first, second, third] = args;
	// Only the branch that is taken may be evaluated.
	if (name === "if") return first?.() === true ? second?.() : third?.();
	if (name === "lambda") return { argument: String(first?.()), body: second };
	if (name === "lambdaVariables") return lambdaValues[String(first?.())];
	const body = scope[name] ?? functions[name];
	if (body === undefined) throw new Error(`function ${name} is not known`);
	return body(...args.map((arg) => arg()));
}

function withLambdaValue(item: unknown, lambda: unknown): unknown {
	const { argument, body } = lambda as { argument: string; body: () => unknown };
	const outer = lambdaValues;
	lambdaValues = { ...outer, [argument]: item };
	const result = body();
	lambdaValues = outer;
	return result;
}

const functions: Functions = {
	and: (...all) => all.every((one) => one === true),
	not: (one) => one !== true,
	or: (...all) => all.includes(true),
	equals: (one, other) => one === other,
	greater: (one, other) => Number(one) > Number(other),
	empty: (one) => one === "" || one === null || (typeof one === "object" && Object.keys(one).length === 0),
	contains: (list, item) => (list as unknown[]).includes(item),
	less: (one, other) => Number(one) < Number(other),
	mul: (one, other) => Number(one) * Number(other),
	add: (one, other) => Number(one) + Number(other),
	startsWith: (text, start) => String(text).toLowerCase().startsWith(String(start).toLowerCase()),
	toLower: (text) => String(text).toLowerCase(),
	replace: (text, old, by) => String(text).replaceAll(String(old), String(by)),
	join: (list, separator) => (list as unknown[]).join(String(separator)),
	concat: (...all) => (typeof all[0] === "string" ? all.join("") : all.flat()),
	length: (list) => (list as unknown[]).length,
	range: (start, count) => Array.from({ length: Number(count) }, (_one, index) => Number(start) + index),
	tryGet: (object, key) => (object as Readonly<Record<string, unknown>> | null)?.[String(key)] ?? null,
	utcNow: () => "2026-11",
	environment: () => ({ name: "AzureCloud", suffixes: { storage: "core.windows.net", keyvaultDns: ".vault.azure.net" } }),
	fail: (message) => {
		throw new Error(String(message));
	},
	filter: (list, body) => (list as unknown[]).filter((item) => withLambdaValue(item, body) === true),
	coalesce: (...all) => all.find((one) => one !== null && one !== undefined),
	null: () => null,
	true: () => true,
	false: () => false,
	string: (one) => String(one),
	format: (pattern, ...values) => String(pattern).replace(/\{(\d+)\}/g, (_all, index: string) => String(values[Number(index)])),
	take: (text, length) => String(text).slice(0, Number(length)),
	skip: (list, count) => (list as unknown[]).slice(Number(count)),
	sub: (one, other) => Number(one) - Number(other),
	last: (list) => (list as unknown[]).at(-1),
	split: (text, separator) => String(text).split(String(separator)),
	uniqueString: () => "abcdefghijklm",
	subscription: () => ({ subscriptionId: "sub" }),
	tenant: () => ({ tenantId: "tenant" }),
	resourceId: (type, ...names) => `/subscriptions/sub/resourceGroups/group/providers/${String(type)}/${names.join("/")}`,
	createArray: (...all) => all,
	createObject: (...all) => Object.fromEntries(all.flatMap((key, index) => (index % 2 === 0 ? [[String(key), all[index + 1]]] : []))),
	union: (...all) => (Array.isArray(all[0]) ? [...new Set(all.flat())] : (Object.assign({}, ...all) as unknown)),
	trim: (text) => String(text).trim(),
	items: (object) => Object.entries(object as object).map(([key, value]) => ({ key, value: value as unknown })),
	map: (list, body) => (list as unknown[]).map((item) => withLambdaValue(item, body)),
	toObject: (list, name, value) =>
		Object.fromEntries((list as unknown[]).map((item) => [String(withLambdaValue(item, name)), withLambdaValue(item, value)])),
};
