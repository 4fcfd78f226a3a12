/** `sotto doctor`: what is wrong with a set-up, and how to mend it. Takes the flags of serve, and changes nothing. */
import { parseConfig } from '../config.ts';
import { checkAddress } from './doctor/address.ts';
import { checkBucket } from './doctor/bucket.ts';
import { checkClock } from './doctor/clock.ts';
import { checkData } from './doctor/data.ts';
import { checkEncryption } from './doctor/encryption.ts';
import { type Finding, findings, reasonOf } from './doctor/finding.ts';
import { checkBackups, checkMail } from './doctor/outside.ts';
import { checkPort } from './doctor/port.ts';
import { checkReach } from './doctor/reach.ts';
import { checkRedis } from './doctor/redis.ts';

/** Columns of the level and of what was looked at. */
const LEVEL_WIDTH = 9;
const SUBJECT_WIDTH = 15;

/** One line for each thing that was looked at; gives 1 when one of them is an error. */
export async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const config = parseConfig(
    args.filter((arg) => arg !== '--json'),
    env,
  );
  const now = Date.now;
  const { found: port, isServing } = await checkPort(config);
  const found = (
    await Promise.all([
      look('address', () => checkAddress(config)),
      look('certificate', () => checkEncryption(config, now())),
      port,
      look('reach', () => checkReach(config, isServing, now)),
      look('data folder', () => checkData(config.data, isServing, config.database === null)),
      // Whoever has a small server never loads the other engine.
      look('database', async () =>
        config.database === null ? [] : (await import('./doctor/database.ts')).checkDatabase(config),
      ),
      look('redis', () => checkRedis(config)),
      look('files in S3', () => checkBucket(config)),
      look('clock', () => checkClock(config, now)),
      look('mail', () => checkMail(config)),
      look('backups', () => checkBackups(config, now())),
    ])
  ).flat();
  const errors = found.filter(({ level }) => level === 'error').length;
  const warnings = found.filter(({ level }) => level === 'warning').length;
  if (args.includes('--json')) {
    for (const finding of found) console.log(JSON.stringify({ event: 'finding', ...finding }));
    console.log(JSON.stringify({ event: 'doctor', errors, warnings }));
  } else {
    for (const finding of found) console.log(lineOf(finding));
    console.log(summary(errors, warnings));
  }
  return errors > 0 ? 1 : 0;
}

/** What cannot be looked at hides nothing else. */
async function look(
  subject: string,
  check: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [
      findings(subject).error(
        `It could not be looked at (${reasonOf(error)}).`,
        'Run doctor as the account that Sotto runs as.',
      ),
    ];
  }
}

const lineOf = ({ level, subject, says, mend }: Finding): string =>
  `${level.padEnd(LEVEL_WIDTH)}${subject.padEnd(SUBJECT_WIDTH)}${says}${mend === null ? '' : ` ${mend}`}`;

function summary(errors: number, warnings: number): string {
  if (errors === 0 && warnings === 0) return 'Nothing is wrong.';
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `${count(errors, 'error')}, ${count(warnings, 'warning')}.`;
}
