/** Runs one program of the whole run to its end, and counts what it did. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dir, '../..');
/** Milliseconds after which one part is stopped and counted as failed. */
const PART_TIMEOUT_MS = 12 * 60_000;

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What it said. */
  readonly text: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs a program to its end; passed when it exits 0. */
export async function runCommand(args: readonly string[]): Promise<Outcome> {
  const { code, text } = await spawn(args, {});
  return code === 0 ? { passed: 1, failed: 0, text } : { passed: 0, failed: 1, text };
}

/** Runs `bun test` on files or folders (paths from the root) and reads its counts. */
export async function runTests(where: readonly string[], env: Environment): Promise<Outcome> {
  const paths = where.map((path) => `./${path}`);
  const { code, text } = await spawn([process.execPath, 'test', '--timeout', '60000', ...paths], env);
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(text)?.[1] ?? 0);
  const failed = count('fail') + count('error') + count('errors');
  // A runner that died, or found nothing, has not passed.
  const wrong = failed > 0 ? failed : code === 0 && count('pass') > 0 ? 0 : 1;
  return { passed: count('pass'), failed: wrong, text };
}

async function spawn(args: readonly string[], env: Environment): Promise<{ code: number; text: string }> {
  const child = Bun.spawn([...args], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PART_TIMEOUT_MS);
  let text = '';
  const pump = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += decoder.decode(part.value, { stream: true });
  };
  await Promise.all([pump(child.stdout), pump(child.stderr)]);
  const code = await child.exited;
  clearTimeout(timer);
  return { code, text };
}
