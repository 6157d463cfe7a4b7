/** For people, beside the output of the command. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
