import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { catchStopSignals, endOnSignals, ifStopped } from "../../cli/stop-signals.ts";
import { project, tunnelwatch } from "./tunnelwatch.ts";

const samples = join(project, "samples");
const [message = ""] = readFileSync(join(samples, "event-hub.ndjson"), "utf8").split("\n");

let folder = "";
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "tunnelwatch-stop-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Accepts connections and never says a word, until the test has `finished`. */
async function silence(
	finished: (close: () => void) => void,
): Promise<{ readonly port: number; readonly connected: Promise<unknown>; readonly emulator: string }> {
	const server = createServer((socket) => socket.on("error", () => undefined).resume()).listen(0, "127.0.0.1");
	finished(() => void server.close());
	await once(server, "listening");
	const address = server.address();
	if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
	const { port } = address;
	const emulator = `Endpoint=sb://localhost:${port};SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true`;
	return { port, connected: once(server, "connection"), emulator };
}

afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

// Side by side, for each waits for a process that waits.
test.concurrent("a stop while a packed stream goes on and on: what was found is shown, exit 143 for SIGTERM", async () => {
	const ran = await tunnelwatch(["run", "--what-if", "--json", "-"], {
		input: gzipSync(`${message}\n`.repeat(300), { finishFlush: constants.Z_SYNC_FLUSH }),
		keepInputOpen: true,
		interruptAt: /"type":"match"/,
		signal: "SIGTERM",
	});
	expect(ran.code).toBe(143);
	expect(ran.lines.map(({ type }) => type)).toContain("match");
	// The second is over sooner than the summary is written where the machine is busy.
	expect(ran.stderr).toMatch(/Stopped by a signal(\. The input was not read to its end\.|, with something still on its way\.)/);
});

test.concurrent("Ctrl-C while a receiver does not answer: the notices are stored, exit 130", async ({ onTestFinished }) => {
	const { port, connected } = await silence(onTestFinished);
	const ran = await tunnelwatch(["run", samples], {
		env: { DATA_FOLDER: folder, WEBHOOK_URL: `https://127.0.0.1:${port}/`, WEBHOOK_ALLOW_PRIVATE: "true" },
		interruptAt: connected,
	});
	expect(ran.code).toBe(130);
	expect(ran.stderr).toMatch(/Stopped by Ctrl-C\. What is counted above is recorded|still on its way\. What was recorded stays/);
	const known = await tunnelwatch(["findings", "--json"], { env: { DATA_FOLDER: folder } });
	expect(known.lines.length).toBeGreaterThan(0);
});

test.concurrent("Ctrl-C while an Event Hub accepts the connection and says nothing: exit 130", async ({ onTestFinished }) => {
	const { emulator, connected } = await silence(onTestFinished);
	const ran = await tunnelwatch(["run", "--what-if", "--event-hub", "localhost/defender"], {
		env: { EventHub: emulator },
		interruptAt: connected,
	});
	expect(ran).toMatchObject({ code: 130, stderr: expect.stringContaining("Stopped by Ctrl-C") });
});

test.concurrent("Ctrl-C during doctor says that only the checks shown are done: exit 130", async ({ onTestFinished }) => {
	const { port, emulator, connected } = await silence(onTestFinished);
	const ran = await tunnelwatch(["doctor"], {
		env: { TABLE_ENDPOINT: `http://127.0.0.1:${port}/devstoreaccount1`, EventHub: emulator, EVENTHUB_NAME: "defender" },
		interruptAt: connected,
	});
	expect(ran).toMatchObject({ code: 130, stderr: "Stopped by Ctrl-C. Only the checks shown above are done.\n" });
	expect(ran.stdout).toContain("runtime");
});

test.skipIf(process.platform === "win32").concurrent("Ctrl-C while a named pipe has no writer: exit 130", async () => {
	const pipe = join(folder, "pipe");
	execFileSync("mkfifo", [pipe]);
	const ran = await tunnelwatch(["run", "--what-if", "--json", join(samples, "event-hub.ndjson"), pipe], { interruptAt: /"type":"match"/ });
	expect(ran).toMatchObject({ code: 130, stderr: expect.stringContaining("Stopped by Ctrl-C") });
});

/** Of this process, as the command line sees it. */
const press = () => process.emit("SIGINT", "SIGINT");

/** Watches the end of the process, which stays, and owns the clock. */
function watched() {
	vi.useFakeTimers();
	const said: string[] = [];
	vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
	const kill = vi.spyOn(process, "kill").mockReturnValue(true);
	return { said, kill };
}

test("a command without a word of its own ends at once and changed nothing; a later one says what is true for it", () => {
	const { said, kill } = watched();
	endOnSignals();
	press();
	endOnSignals();
	ifStopped("The drill is sent.");
	press();
	expect(said).toEqual(["Stopped by Ctrl-C. Nothing was changed or sent.\n", "Stopped by Ctrl-C. The drill is sent.\n"]);
	expect(kill).toHaveBeenCalledTimes(2);
	expect(kill).toHaveBeenLastCalledWith(process.pid, "SIGINT");
});

test("npm passes a Ctrl-C on that arrived already: one key press; another one after that ends at once", () => {
	const { kill } = watched();
	const before = process.listenerCount("SIGINT");
	const release = endOnSignals();
	const said: string[] = [];
	const cancel = vi.fn<() => void>();
	const stop = catchStopSignals({ cancel, say: (line) => void said.push(line), goOn: "Go on." });
	press();
	expect(stop.signal.aborted).toBe(true);
	press();
	vi.advanceTimersByTime(249);
	expect(process.listenerCount("SIGINT")).toBe(before + 1);
	vi.advanceTimersByTime(1);
	// From here on the system ends the process.
	expect(process.listenerCount("SIGINT")).toBe(before);
	expect(said).toEqual(["Stopping. Press Ctrl-C again to end at once."]);
	expect([cancel.mock.calls.length, kill.mock.calls.length]).toEqual([0, 0]);
	vi.advanceTimersByTime(649);
	expect([cancel.mock.calls.length, kill.mock.calls.length]).toEqual([1, 0]);
	vi.advanceTimersByTime(1);
	expect(said.at(-1)).toBe("Stopped by Ctrl-C, with something still on its way. Go on.");
	expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, "SIGINT");
	release();
});

test("work that has ended and said so is not spoken over, even if something keeps the process alive", () => {
	const { kill } = watched();
	const release = endOnSignals();
	const said: string[] = [];
	const stop = catchStopSignals({ cancel: () => undefined, say: (line) => void said.push(line), goOn: "Go on." });
	press();
	stop.release();
	vi.advanceTimersByTime(900);
	expect(said).toEqual([]);
	expect(kill).toHaveBeenCalledTimes(1);
	release();
});
