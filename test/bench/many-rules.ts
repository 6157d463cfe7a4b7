import { all, any, contains, endsWith } from "../../lib/detect/condition.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { allRules } from "../../lib/families/all-rules.ts";

const programs = ["powershell", "cmd", "java", "git", "rundll32", "certutil", "wmic", "schtasks"];
const syllables = ["ba", "chi", "dro", "fen", "gul", "hav", "jor", "kel", "lim", "mox", "nur", "pid", "quo", "rast"];

/** The first so many rules; when the shipped ones run out, rules as people write them: a common program, and words of its command line. */
export function firstRules(count: number): readonly Rule[] {
	const invented = Array.from({ length: Math.max(0, count - allRules.length) }, (_, index) => rule(index));
	return [...allRules.slice(0, count), ...invented];
}

function rule(index: number): Rule {
	const word = [0, 5, 3].map((step, place) => syllables[Math.floor(index / 14 ** place + index * step) % 14]).join("") + index;
	return {
		id: word,
		title: word,
		family: "invented",
		severity: "low",
		set: "all",
		attack: [],
		meaning: "",
		tables: ["DeviceProcessEvents"],
		when: all(
			endsWith("FolderPath", `\\${programs[index % programs.length]}.exe`),
			any(contains("ProcessCommandLine", ` --${word} `), contains("ProcessCommandLine", `${word}.dll`)),
		),
		runbook: [],
		falsePositives: [],
		references: [],
		examples: { match: [], ignore: [] },
	};
}
