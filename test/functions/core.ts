import Module from "node:module";
import type { InvocationContext } from "@azure/functions";

/** A function as `@azure/functions` registered it with the worker. */
export interface Registered {
	readonly metadata: {
		readonly name: string;
		readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
		readonly retryOptions?: Readonly<Record<string, unknown>>;
	};
	readonly callback: (...inputs: readonly unknown[]) => unknown;
}

interface Invocation {
	getArguments(): Promise<{ context: InvocationContext; inputs: unknown[] }>;
	invokeFunction(context: InvocationContext, inputs: unknown[], callback: Registered["callback"]): Promise<unknown>;
	getResponse(context: InvocationContext, result: unknown): Promise<{ returnValue?: { http?: HttpAnswer } }>;
}

interface HttpAnswer {
	readonly statusCode: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: { readonly bytes?: Uint8Array; readonly string?: string };
}

export interface TriggerData {
	readonly data: unknown;
	readonly metadata?: Readonly<Record<string, unknown>>;
	/** How often the host has tried this before. */
	readonly retryCount?: number;
}

export interface Core {
	readonly functions: ReadonlyMap<string, Registered>;
	/** Every line the functions logged, as the host would get it. */
	readonly logs: readonly string[];
	invoke(name: string, trigger: TriggerData): Promise<{ http?: HttpAnswer }>;
	terminate(): Promise<void>;
}

/**
 * Stands in for `@azure/functions-core`, the module that only the Functions worker provides, so that the real
 * `@azure/functions` registers and converts as it does in Azure. Call before the first import of that package,
 * once per process: it keeps the core in module state.
 */
export function installCore(): Core {
	const functions = new Map<string, Registered>();
	const terminateHooks: ((context: object) => unknown)[] = [];
	const logs: string[] = [];
	let model: { getInvocationModel(info: object): Invocation } | undefined;
	const core = {
		version: "3.12.0",
		hostVersion: "4.1045",
		Disposable: class {},
		setProgrammingModel(given: NonNullable<typeof model>) {
			model = given;
		},
		getProgrammingModel: () => model,
		registerFunction(metadata: Registered["metadata"], callback: Registered["callback"]) {
			functions.set(metadata.name, { metadata, callback });
			return { dispose() {} };
		},
		registerHook(name: string, hook: (context: object) => unknown) {
			if (name === "appTerminate") terminateHooks.push(hook);
			return { dispose() {} };
		},
		log: (_level: string, _category: string, message: string) => logs.push(message),
	};
	const patchable = Module as unknown as { _load(id: string, ...rest: unknown[]): unknown };
	const load = patchable._load;
	patchable._load = (id, ...rest) => (id === "@azure/functions-core" ? core : load.call(Module, id, ...rest));

	return {
		functions,
		logs,
		async invoke(name, trigger) {
			const registered = functions.get(name);
			if (registered === undefined || model === undefined) throw new Error(`${name} is not registered`);
			const binding = Object.entries(registered.metadata.bindings).find(([, one]) => String(one["type"]).endsWith("Trigger"));
			const invocation = model.getInvocationModel({
				invocationId: "1",
				metadata: registered.metadata,
				request: {
					invocationId: "1",
					inputData: [{ name: binding?.[0], data: trigger.data }],
					triggerMetadata: trigger.metadata ?? {},
					...retryOf(trigger),
				},
				log: (_level: string, _category: string, message: string) => logs.push(message),
			});
			const { context, inputs } = await invocation.getArguments();
			const result = await invocation.invokeFunction(context, inputs, registered.callback);
			const response = await invocation.getResponse(context, result);
			return response.returnValue?.http === undefined ? {} : { http: response.returnValue.http };
		},
		async terminate() {
			await Promise.all(terminateHooks.map((hook) => hook({})));
		},
	};
}

function retryOf({ retryCount = 0 }: TriggerData): object {
	return retryCount === 0 ? {} : { retryContext: { retryCount, maxRetryCount: -1 } };
}
