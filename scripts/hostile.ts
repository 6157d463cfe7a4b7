import { startVitest } from "vitest/node";

// Every renderer against 5,000 hostile texts, or as many as are asked for: `npm run hostile -- 20000`.
process.env["HOSTILE_RUNS"] = process.argv[2] ?? "5000";
const renderers = ["test/notify", "test/actions/answer-page.test.ts", "test/cli/backtest.test.ts"];
const vitest = await startVitest("test", renderers, { watch: false, testNamePattern: "hostile text" });
await vitest?.close();
