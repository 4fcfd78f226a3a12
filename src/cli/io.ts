/** What a command is given of the outside: the environment, the three streams, and signals. */

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input as UTF-8: all of it, or a little more than `most` characters of an endless one. */
  readInput(most: number): Promise<string>;
  /** Writes to standard output; resolves when the system has it. */
  print(text: string): Promise<void>;
  /** Writes to standard error. */
  warn(text: string): Promise<void>;
  /** Calls back once when the person or the system asks for an end; gives the function that stops listening. */
  onInterrupt(stop: () => void): () => void;
}

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
  print: (text) => write(process.stdout, text),
  warn: (text) => write(process.stderr, text),
  onInterrupt(stop) {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, stop);
    return () => {
      for (const signal of signals) process.off(signal, stop);
    };
  },
};

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
