import { proposalOf } from "../lib/actions/proposal.ts";
import { findingId } from "../lib/findings/finding.ts";
import { inert } from "../lib/notify/text.ts";
import { withFinding } from "./answer-finding.ts";
import { addApproval, type NewApproval } from "./approvals.ts";
import { printLine } from "./print-line.ts";

/** `tunnelwatch approvals add --finding`: an entry for the one tunnel that a finding shows. Returns the exit code. */
export async function approveFinding(
	file: string,
	id: string,
	entry: Omit<NewApproval, "reason"> & { readonly reason?: string },
): Promise<number> {
	return withFinding(id, async (finding) => {
		const proposed = proposalOf(finding);
		if (!proposed.ok) {
			printLine(`Refused: ${proposed.why}`);
			return 1;
		}
		const { name, account, tunnels } = proposed.proposal;
		const reason = `Reviewed after finding ${findingId(finding)}`;
		return addApproval(file, { name: inert(name, 80), reason, ...entry, account, tunnel: tunnels });
	});
}
