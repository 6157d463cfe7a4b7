/** What destinations need to know about a rule. Texts are our own, from the rule's source. */
export interface RuleFacts {
	readonly id: string;
	readonly title: string;
	/** Why it matters, in one or two sentences. */
	readonly meaning: string;
	/** ATT&CK technique ids. */
	readonly attack: readonly string[];
	/** The rule as one tabular KQL expression: no `let`, no `;`. The hunting link narrows it to the device. */
	readonly kql: string;
}

/** `undefined` for a rule that is no longer in the list: findings outlive rules. */
export type FindRule = (id: string) => RuleFacts | undefined;
