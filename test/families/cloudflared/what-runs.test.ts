import { expect, test } from "vitest";
import * as z from "zod";
import { readCommand } from "../../../lib/families/cloudflared/command.ts";
import { originOf } from "../../../lib/families/cloudflared/origin.ts";
import { lookupIn, type Runs, type Sources, whatRuns } from "../../../lib/families/cloudflared/what-runs.ts";
import { fixture } from "./vectors.ts";

const { vectors } = z
	.object({
		vectors: z.array(
			z.object({
				args: z.array(z.string()),
				env: z.record(z.string(), z.string()).default({}),
				defaultConfig: z.string().default(""),
				runs: z.looseObject({ mode: z.string(), origin: z.string().optional(), token: z.string().optional(), file: z.string().optional() }),
			}),
		),
	})
	.parse(fixture("cli-vectors.json"));

/** Enough YAML for the labelled files: top-level keys, and one service. `--config` of a file there is not stops all; `/dev/null` is empty. */
function sourcesOf(args: readonly string[], env: Readonly<Record<string, string>>, config: string): Sources {
	const text = args.includes("/dev/null") ? "" : config;
	const lines = text.split("\n").map((line) => /^([\w-]+): (.+)$/.exec(line));
	const service = /- service: (\S+)/.exec(text)?.[1];
	return {
		environment: new Map(Object.entries(env)),
		configMissing: args.some((one, at) => one === "--config" && /^(?:c|\/nonexistent)$/.test(args[at + 1] ?? "")),
		config: new Map(lines.flatMap((line) => (line === null ? [] : [[line[1] ?? "", line[2] ?? ""] as const]))),
		...(service === undefined ? {} : { ingress: service }),
	};
}

function labelOf(runs: Runs): string {
	if (runs.kind === "nothing" || runs.kind === "run-unnamed") return "nothing-runs";
	if (runs.kind === "help") return "help-or-version";
	if (runs.kind === "command") return runs.name;
	// A file that holds no tunnel: without a name there is none to run.
	return runs.kind === "service-install" ? "service install" : runs.kind;
}

test("all labelled command lines are there", () => {
	expect(vectors).toHaveLength(177);
});

test.for(vectors)(
	"cloudflared $args with $env and config $defaultConfig runs what its own flag definitions make of it",
	({ args, env, defaultConfig, runs }) => {
		const sources = sourcesOf(args, env, defaultConfig);
		const command = readCommand(args);
		const got = whatRuns(command, sources);
		expect(labelOf(got)).toBe(runs.mode);
		const expected = {
			...(runs.token === undefined ? {} : { token: runs.token }),
			...(runs.file === undefined ? {} : { file: runs.file }),
			...(typeof runs["ref"] === "string" ? { ref: runs["ref"] } : {}),
			...(typeof runs["name"] === "string" ? { name: runs["name"] } : {}),
			...(typeof runs["credFile"] === "string" ? { credFile: runs["credFile"] } : {}),
			...(typeof runs["contents"] === "string" ? { contents: runs["contents"] } : {}),
			...(typeof runs["quickService"] === "string" ? { quickService: runs["quickService"] } : {}),
			...(runs.origin === undefined ? {} : { origin: runs.origin }),
		};
		expect(told(got, runs.origin === undefined ? undefined : originText(originOf(lookupIn(command, sources), sources)))).toMatchObject(
			expected,
		);
	},
);

test("a config file that nothing shows counts as there: what would run with it is told", () => {
	const command = readCommand(["--config", "/nonexistent", "tunnel", "--url", "V"]);
	expect(whatRuns(command, { environment: new Map(), config: new Map() }).kind).toBe("quick");
});

function told(runs: Runs, origin: string | undefined): Readonly<Record<string, string>> {
	const shown = origin === undefined ? {} : { origin };
	switch (runs.kind) {
		case "token":
			return { token: runs.token.value, ...shown };
		case "token-file":
			return { file: runs.file.value, ...shown };
		case "credentials":
			return { ref: runs.tunnel?.value ?? "", credFile: runs.file?.value ?? "", contents: runs.contents?.value ?? "", ...shown };
		case "adhoc":
			return { name: runs.name.value, ...shown };
		case "quick":
			return { quickService: runs.service, ...shown };
		case "run-unnamed":
		case "service-mode":
		case "service-install":
		case "command":
		case "help":
		case "nothing":
			return {};
	}
}

function originText({ kind, target }: ReturnType<typeof originOf>): string {
	switch (kind) {
		case "ingress":
			return `config ingress: ${target}`;
		case "hello-world":
			return "hello_world";
		case "bastion":
			return "bastion";
		case "url":
			return `url ${target}`;
		case "unix-socket":
			return `unix-socket ${target}`;
		case "none":
			return "http_status:503";
	}
}
