import type { Column } from "../../defender/tables.ts";
import { hasShape, type Shape, type Test } from "../../detect/condition.ts";
import { readCommand } from "./command.ts";
import { windowsArguments } from "./windows-arguments.ts";

const longest = 8_192;
const mostArguments = 256;

/** Flags of cloudflared's own before its subcommand `tunnel`: no other program takes them, whatever its file is called. */
const flagsBeforeTunnel: Shape = {
	starts: ["tunnel"],
	pattern: "^\\S+\\s+-.*\\stunnel(\\s|$)",
	isIn: (text) => {
		if (!text.includes("tunnel")) return false;
		const start = text.slice(0, longest);
		const [, first = ""] = windowsArguments(start, 2);
		// Most lines stop here: cloudflared's own flags begin right behind the program.
		if (!first.startsWith("-")) return false;
		const command = readCommand(windowsArguments(start, mostArguments).slice(1));
		return command.outcome === "command" && command.path[0] === "tunnel" && (command.levels[0]?.flags.size ?? 0) > 0;
	},
	example: "node.exe --loglevel fatal tunnel run",
};

/** A command line that gives cloudflared's own flags before `tunnel`. Only its first 8,192 characters are read. */
export function hasFlagsBeforeTunnel(column: Column): Test {
	return hasShape(column, flagsBeforeTunnel);
}
