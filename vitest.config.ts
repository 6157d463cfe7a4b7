import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const results = process.env["TEST_RESULTS"];

/** These take longest. Begun first, none is left running alone while other cores are idle. */
const longest = [
	"test/chaos/chaos.test.ts",
	"test/notify/picture.test.ts",
	"test/simulation/pairs.test.ts",
	"test/simulation/faults.test.ts",
	"test/simulation/severe-flood.test.ts",
	"test/simulation/flood.test.ts",
];

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const place = ({ moduleId }: TestSpecification): number => {
			const index = longest.findIndex((file) => moduleId.endsWith(file));
			return index === -1 ? longest.length : index;
		};
		return (await super.sort(files)).sort((a, b) => place(a) - place(b));
	}
}

export default defineConfig({
	test: {
		// Against what hangs, and nothing else: no test may fail because a shared machine is slow.
		testTimeout: 600_000,
		hookTimeout: 600_000,
		expect: { poll: { timeout: 120_000 } },
		maxWorkers: "100%",
		// The command line is started dozens of times; each start would compile the same files again.
		env: { NODE_COMPILE_CACHE: resolve("node_modules/.cache/compile") },
		setupFiles: ["test/fixed-seed.ts"],
		sequence: { sequencer: LongestFirst },
		projects: [
			{
				extends: true,
				test: {
					name: "shared",
					include: ["test/**/*.test.ts"],
					exclude: ["test/functions/**", "test/families/another-family.test.ts"],
					isolate: false,
				},
			},
			// The functions keep state in their modules and read the environment; another family changes what all modules know.
			{
				extends: true,
				test: {
					name: "alone",
					include: ["test/functions/**/*.test.ts", "test/families/another-family.test.ts"],
					server: { deps: { external: [/tunnelwatch-bundle-/] } },
				},
			},
		],
		reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
		coverage: { provider: "v8", include: ["lib/**/*.ts", "functions/**/*.ts", "cli/**/*.ts"], thresholds: { lines: 90 } },
	},
});
