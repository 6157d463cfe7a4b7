/**
 * A value before anybody sees it: members that not every one has are set one by one. To spread `{}` or one member for each
 * would take longer than all the rest of a sighting's making.
 */
export type InTheMaking<T> = { -readonly [Member in keyof T]: T[Member] };
