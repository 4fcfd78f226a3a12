/** A server process with `--tls`, and what it says on its console. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, SOTTO } from './server.ts';

export interface TlsServer {
  readonly url: string;
  readonly setupLink: string;
  /** SHA-256 of its authority; empty where it has none. */
  readonly fingerprint: string;
  /** Where plain HTTP is answered; empty where it is not. */
  readonly trust: string;
  readonly data: string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number>;
}

/** Resolves when it has printed its set-up link; throws what it wrote when it ends before. */
export async function startTlsServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  data = mkdtempSync(join(tmpdir(), 'sotto-tls-')),
): Promise<TlsServer> {
  const child = Bun.spawn([...SOTTO, 'serve', '--port', '0', '--data', data, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const log = new Response(child.stderr).text();
  let said = '';
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  while (!/Set-up link: \S+\n/.test(said)) {
    const { done, value } = await reader.read();
    if (done) break;
    said += decoder.decode(value, { stream: true });
  }
  const after = (pattern: RegExp) => pattern.exec(said)?.[1] ?? '';
  const setupLink = after(/Set-up link: (\S+)\n/);
  if (setupLink === '') throw new Error(`the server ended with ${await child.exited}: ${said}${await log}`);
  return {
    url: after(/Listening: (\S+)\n/),
    setupLink,
    fingerprint: after(/Certificate authority: SHA-256 (\S+)\n/),
    trust: after(/Trust it once on each device: (\S+)\n/),
    data,
    async stop() {
      child.kill('SIGTERM');
      const code = await child.exited;
      await log;
      return code;
    },
  };
}

export const removeData = ({ data }: Pick<TlsServer, 'data'>): void => rmSync(data, { recursive: true });
