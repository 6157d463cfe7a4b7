import { expect, test } from "vitest";
import { eachMinute } from "../../lib/outbox/deliver.ts";
import { aSighting, redacted } from "../builders.ts";
import { createSink, createWorld, delivered, failed } from "./world.ts";

test("a storm of 10,000 findings after an hour without the chat is over within two minutes", async () => {
	const teams = createSink("teams", failed({ reason: "network", status: undefined }));
	const world = createWorld([teams]);
	const crowd = Array.from({ length: 10_000 }, (_, n) => {
		const name = `pc-${n}`;
		return aSighting({ recordId: name, device: { ...aSighting().device, id: redacted(`device-${name}`), name: redacted(name) } });
	});
	const passMinutes = (minutes: number): void => {
		world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
	};
	for (let minute = 0; minute < 60; minute++) {
		await world.recorder.record(
			crowd.filter((_, n) => n % 60 === minute),
			world.clock.now,
		);
		await world.dispatcher.deliverDue(eachMinute);
		passMinutes(1);
	}
	expect(teams.got.length).toBeLessThan(100);
	teams.answers = [delivered];
	teams.got.length = 0;
	const first = await world.dispatcher.deliverDue(eachMinute);
	passMinutes(1);
	const second = await world.dispatcher.deliverDue(eachMinute);

	expect(first.sent + second.sent).toBe(10_000);
	expect(teams.got.length).toBeLessThanOrEqual(4);
	passMinutes(60);
	expect(await world.dispatcher.deliverDue(eachMinute)).toMatchObject({ sent: 0, left: 0 });
});
