import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import process from "node:process";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const results = process.env["TEST_RESULTS"];

// The workers and the command lines that they start read the same files: each is stripped of its types and compiled once.
process.env["NODE_COMPILE_CACHE"] = resolve("node_modules/.cache/compile");

/** Parts of the long suites, cards and answers in a browser, and builds of what is shipped: `npm run slices`. The dearest stand first and are begun first. */
const slices = [
	"test/chaos/chaos.test.ts",
	"test/notify/picture.test.ts",
	"test/actions/browser.test.ts",
	"test/simulation/pairs.test.ts",
	"test/simulation/faults.test.ts",
	"test/model/replay.test.ts",
	"test/cli/npm-pack.test.ts",
	"test/infra/compiler.test.ts",
	"test/detect/prefilter/sieve.test.ts",
	"test/detect/mutants.test.ts",
	"test/outbox/great-storm.test.ts",
	"test/fuzz/hub.test.ts",
	"test/simulation/severe-flood.test.ts",
	"test/infra/release.test.ts",
	"test/simulation/flood.test.ts",
	"test/simulation/mutants.test.ts",
	"test/simulation/stream/continuity.test.ts",
	"test/simulation/stream/tenants.test.ts",
	"test/simulation/stream/alarm-table.test.ts",
	"test/infra/package.test.ts",
];

/** A slice that needs a process of its own, as all that registers the functions. */
const answersInBrowser = "test/functions/answers-in-browser.test.ts";

/** The rest of `npm test`: these take longest. Begun first, none is left running alone while other cores are idle. */
const longest = [
	"test/functions/answers.test.ts",
	"test/cli/run.test.ts",
	"test/cli/terminals.test.ts",
	"test/functions/bundle.test.ts",
	"test/cli/event-hub.test.ts",
	"test/cli/drill.test.ts",
	"test/cli/doctor.test.ts",
	"test/cli/stopping.test.ts",
	"test/notify/teams/card.test.ts",
	"test/store/azurite.test.ts",
];

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const first = [...slices, ...longest];
		const place = ({ moduleId }: TestSpecification): number => {
			const index = first.findIndex((file) => moduleId.endsWith(file));
			return index === -1 ? first.length : index;
		};
		return (await super.sort(files)).sort((a, b) => place(a) - place(b));
	}
}

export default defineConfig({
	test: {
		// Against what hangs, and nothing else: no test may fail because a shared machine is slow.
		testTimeout: 600_000,
		hookTimeout: 600_000,
		teardownTimeout: 600_000,
		expect: { poll: { timeout: 120_000 } },
		// Many of `npm test` wait for a process or a server: on two cores four took 92 s where two took 118.
		maxWorkers: availableParallelism() + 2,
		// Node reads TypeScript itself, as it does for the command line: nothing is transformed.
		experimental: { viteModuleRunner: false },
		// Commands that several tests start at the same time would each bundle the sources first.
		globalSetup: ["test/bundle-first.ts"],
		setupFiles: ["test/fixed-seed.ts"],
		sequence: { sequencer: LongestFirst },
		projects: [
			{
				extends: true,
				test: {
					name: "shared",
					include: ["test/**/*.test.ts"],
					exclude: ["test/functions/**", "test/families/another-family.test.ts", ...slices],
					isolate: false,
				},
			},
			// The functions keep state in their modules and read the environment; another family changes what all modules know.
			{
				extends: true,
				test: {
					name: "alone",
					include: ["test/functions/**/*.test.ts", "test/families/another-family.test.ts"],
					exclude: [answersInBrowser],
				},
			},
			{ extends: true, test: { name: "slices", include: slices, isolate: false } },
			{ extends: true, test: { name: "slices-alone", include: [answersInBrowser] } },
		],
		reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
		coverage: { provider: "v8", include: ["lib/**/*.ts", "functions/**/*.ts", "cli/**/*.ts"], thresholds: { lines: 90 } },
	},
});
