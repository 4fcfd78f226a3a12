/** What a command is given of the outside: the environment, the three streams, and signals. */

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input as UTF-8: all of it, or a little more than `most` characters of an endless one. */
  readInput(most: number): Promise<string>;
  /** Standard input as its bytes, to its end. */
  input(): AsyncIterable<Uint8Array>;
  /** Writes to standard output; resolves when the system has it. */
  print(text: string | Uint8Array): Promise<void>;
  /** Writes to standard error. */
  warn(text: string): Promise<void>;
  /** Columns of standard error when that is a terminal, otherwise null. */
  readonly terminalWidth: number | null;
  /** Calls back once when the person or the system asks for an end; gives the function that stops listening. */
  onInterrupt(stop: () => void): () => void;
}

/** Columns of a terminal that does not say how many it has. */
const DEFAULT_COLUMNS = 80;

/** The process's own. */
export const processIo: Io = {
  env: process.env,
  async readInput(most) {
    const reader = Bun.stdin.stream().getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let part = await reader.read(); !part.done && text.length <= most; part = await reader.read())
      text += decoder.decode(part.value, { stream: true });
    return text + decoder.decode();
  },
  async *input() {
    const reader = Bun.stdin.stream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  },
  print: (text) => write(process.stdout, text),
  warn: (text) => write(process.stderr, text),
  get terminalWidth() {
    return process.stderr.isTTY ? process.stderr.columns || DEFAULT_COLUMNS : null;
  },
  onInterrupt(stop) {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, stop);
    return () => {
      for (const signal of signals) process.off(signal, stop);
    };
  },
};

function write(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
