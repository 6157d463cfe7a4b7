import type { Column } from "../../defender/tables.ts";
import { hasShape, type Shape, type Test } from "../../detect/condition.ts";
import { findTunnels } from "./token.ts";

/**
 * How a token starts: base64 of `{"a":`, `{"t":`, `{"s":` or `{"e":`, in either case. cloudflared accepts blanks before
 * the first key too, but what is looked for must be visible in the raw bytes of a message.
 */
const keys = "h0zlBUTF";
const startPattern = `eyJ[${keys}]Ijo`;
const start = new RegExp(startPattern);

/** A tunnel token that decodes to an account, behind one of the usual starts. A JWT is not one. */
const tunnelToken: Shape = {
	starts: [...keys].map((key) => `eyJ${key}Ijo`),
	pattern: `${startPattern}[A-Za-z0-9+/]{33}`,
	isIn: (text) => start.test(text) && findTunnels(text).length > 0,
	example: Buffer.from('{"a":"0123456789abcdef0123456789abcdef","t":"6f2b8c1e-4d3a-4b7f-9e10-2a5c7d9e1f30","s":"U1lOVEg="}').toString(
		"base64",
	),
};

/** The column holds a tunnel token that decodes to an account; a string that only looks like one does not count. */
export function hasTunnelToken(column: Column): Test {
	return hasShape(column, tunnelToken);
}
