import { foldText } from "./fold-text.ts";
import { columnsOf } from "./screen.ts";

/** What was asked for, on standard output, no wider than the terminal. */
export const printText = (text: string): void => void process.stdout.write(`${foldText(text, columnsOf(process.stdout))}\n`);

/** For people, on standard error: standard output is for what was asked. */
export const printLine = (text: string): void => void process.stderr.write(`${foldText(text, columnsOf(process.stderr))}\n`);
