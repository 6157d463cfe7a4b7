import { expect, test } from "vitest";
import { identify } from "../../../lib/families/cloudflared/identify.ts";
import { identityCases, recordOf } from "./identity-cases.ts";

const cases = identityCases();

test("all labelled records are there", () => {
	expect(cases).toHaveLength(134);
});

test.for(cases)("$name: program, mode and what is exposed", (one) => {
	const { reading } = identify(recordOf(one));
	const { exposes } = reading;
	const network = exposes.includes("network") ? ["network"] : exposes;
	expect({ program: reading.kind, mode: reading.mode, exposes: network }).toEqual({
		program: one.expect.program,
		mode: one.expect.mode,
		exposes: one.expect.exposes,
	});
});
