/** For people, beside the output of the command. */
export const printLine = (text: string): void => void process.stderr.write(`${text}\n`);
