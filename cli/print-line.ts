import { foldText } from "./fold-text.ts";
import { columnsOf } from "./screen.ts";

/** For people, on standard error: standard output is for what was asked. */
export const printLine = (text: string): void => void process.stderr.write(`${foldText(text, columnsOf(process.stderr))}\n`);
