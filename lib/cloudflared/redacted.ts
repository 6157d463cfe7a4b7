declare const redactedBrand: unique symbol;

/**
 * Text from which every secret has been removed. Stores, destinations and logs take only this, so the compiler
 * refuses a raw string there. It is still hostile text: a notifier makes it inert before showing it.
 */
export type Redacted = string & { readonly [redactedBrand]: true };
