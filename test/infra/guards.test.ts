import { describe, expect, test } from "vitest";
import { cloudGuards } from "./guards/clouds.ts";
import type { Guard } from "./guards/guard.ts";
import { hardeningGuards } from "./guards/hardening.ts";
import { keyGuards } from "./guards/keys.ts";
import { requestGuards } from "./guards/requests.ts";
import { roleGuards } from "./guards/roles.ts";
import { upkeepGuards } from "./guards/upkeep.ts";
import { wiringGuards } from "./guards/wiring.ts";
import { compiledTemplate } from "./template.ts";

const guards: readonly Guard[] = [
	...keyGuards,
	...hardeningGuards,
	...roleGuards,
	...cloudGuards,
	...upkeepGuards,
	...wiringGuards,
	...requestGuards,
];

describe.each(guards)("$promise", ({ check, breakIt }) => {
	test("holds for the template", () => {
		expect(check(compiledTemplate())).toEqual([]);
	});

	test.each(breakIt.map((damage, index) => ({ damage, index: index + 1 })))("damage $index is noticed", ({ damage }) => {
		const template = compiledTemplate();
		damage(template);

		expect(check(template)).not.toEqual([]);
	});
});
