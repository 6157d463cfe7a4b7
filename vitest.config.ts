import { defineConfig } from "vitest/config";

const results = process.env["TEST_RESULTS"];

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// Many tests start processes, and a shared machine can be slow.
		testTimeout: 60_000,
		reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
		coverage: { provider: "v8", include: ["lib/**/*.ts", "functions/**/*.ts"], thresholds: { lines: 90 } },
	},
});
