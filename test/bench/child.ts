/** A server under load is a process of its own: started, asked for its CPU time and memory, and stopped over IPC. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One who connects. */
export interface Client {
  /** The Cookie header; empty for the floor. */
  readonly cookie: string;
  readonly account: string;
  readonly device: string;
}

/** Who writes to whom: the first client of `members` sends to all the others. */
export interface Circle {
  readonly conversation: string;
  readonly members: readonly Client[];
}

export interface Usage {
  /** CPU time of the process so far, user and system, in microseconds. */
  readonly cpu: number;
  /** Resident memory, bytes. */
  readonly resident: number;
}

export type FromServer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'seeded'; readonly circles: readonly Circle[] }
  | { readonly kind: 'done' };

export type ToServer =
  | { readonly ask: 'usage'; readonly collect: boolean }
  /** So many circles of so many people, one device each. */
  | { readonly ask: 'seed'; readonly circles: number; readonly people: number }
  /** So many messages that were sent and delivered before, over all conversations. */
  | { readonly ask: 'history'; readonly messages: number };

export interface Child {
  readonly port: number;
  /** @param collect frees what can be freed first, so that memory is what is really held */
  usage(collect?: boolean): Promise<Usage>;
  seed(circles: number, people: number): Promise<readonly Circle[]>;
  history(messages: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `test/bench/NAME.ts` with a data folder of its own. @param env what it finds in its environment besides */
export async function startChild(
  name: 'floor' | 'server',
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  let answer: (message: FromServer) => void = () => {};
  let failed: (reason: Error) => void = () => {};
  const next = () =>
    new Promise<FromServer>((resolve, reject) => {
      answer = resolve;
      failed = reject;
    });
  const ready = next();
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, `${name}.ts`),
      name === 'floor' ? join(folder, 'bench.sqlite') : folder,
    ],
    {
      ipc: (message: FromServer) => answer(message),
      onExit: (_child, code, signal) => failed(new Error(`the ${name} ended (${code ?? signal})`)),
      env: { ...process.env, ...env },
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
    },
  );
  const ask = (question: ToServer) => {
    const answered = next();
    child.send(question);
    return answered;
  };
  const first = await ready;
  if (first.kind !== 'ready') throw new Error(`the ${name} said ${first.kind} first`);
  return {
    port: first.port,
    async usage(collect = false) {
      const message = await ask({ ask: 'usage', collect });
      if (message.kind !== 'usage') throw new Error(`asked for usage, got ${message.kind}`);
      return message.usage;
    },
    async seed(circles, people) {
      const message = await ask({ ask: 'seed', circles, people });
      if (message.kind !== 'seeded') throw new Error(`asked for people, got ${message.kind}`);
      return message.circles;
    },
    async history(messages) {
      await ask({ ask: 'history', messages });
    },
    async stop() {
      child.kill('SIGKILL');
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In the child: says something to the bench. */
export function report(message: FromServer): void {
  process.send?.(message);
}

/** In the child: answers questions; `usage` always, the rest as given. */
export function answerQuestions(other: (question: ToServer) => Promise<FromServer>): void {
  process.on('message', async (question: ToServer) => {
    if (question.ask === 'usage') {
      if (question.collect) Bun.gc(true);
      const { user, system } = process.cpuUsage();
      report({ kind: 'usage', usage: { cpu: user + system, resident: process.memoryUsage.rss() } });
    } else report(await other(question));
  });
}
