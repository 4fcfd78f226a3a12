/** The clock, against what this machine wrote last and, for ACME, against the authority. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, findings } from './finding.ts';
import { apart } from './reach.ts';

const TIMEOUT_MS = 10_000;
/** Milliseconds by which a file may be newer than now: file systems round. */
const ROUNDED_MS = 2_000;

/** @param now epoch milliseconds */
export async function checkClock({ data, tls }: Config, now: () => number): Promise<readonly Finding[]> {
  const say = findings('clock');
  const path = join(data, 'sotto.sqlite');
  const written = existsSync(path) ? statSync(path).mtimeMs : 0;
  if (written > now() + ROUNDED_MS)
    return [
      say.error(
        `It is ${new Date(now()).toISOString()}, but the database was written later, at ${new Date(written).toISOString()}.`,
        'Let the machine set its clock by the network: timedatectl set-ntp true.',
      ),
    ];
  const directory = tls?.kind === 'acme' ? await checkDirectory(tls.directory, now) : [];
  return directory.length > 0 ? directory : [say.ok(new Date(now()).toISOString())];
}

async function checkDirectory(directory: string, now: () => number): Promise<readonly Finding[]> {
  const { host } = new URL(directory);
  try {
    const answer = await fetch(directory, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return apart(Date.parse(answer.headers.get('date') ?? ''), now(), host);
  } catch (error) {
    return [
      findings('certificate').error(
        `The ACME server ${host} does not answer (${error instanceof Error ? error.message : String(error)}).`,
        'See whether this machine may open https connections there; for a private one, set NODE_EXTRA_CA_CERTS.',
      ),
    ];
  }
}
