import { createRedact, type Redact } from "../secrets/redact.ts";
import { createRedactError } from "../secrets/redact-error.ts";
import { families } from "./index.ts";

/** Removes every secret, those of all families included. */
export const redact: Redact = createRedact(families.map((family) => family.secrets));

export const redactError = createRedactError(redact);
