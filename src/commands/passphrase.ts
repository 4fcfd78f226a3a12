/** The passphrase of backups: from the environment, or typed. Never a flag, which other people of the machine could read. */
import { MIN_PASSPHRASE } from '../config/backups.ts';
import { CommandFailed } from './failed.ts';

const VARIABLE = 'SOTTO_BACKUP_PASSPHRASE';

/** @param isNew asked for twice, and refused when it is short */
export async function backupPassphrase(
  env: Readonly<Record<string, string | undefined>>,
  isNew: boolean,
): Promise<string> {
  const given = env[VARIABLE];
  if (given !== undefined && given !== '') return isNew ? longEnough(given) : given;
  if (!process.stdin.isTTY)
    throw new CommandFailed(
      `A backup is encrypted with a passphrase: set ${VARIABLE}, or start this on a terminal.`,
      2,
    );
  const typed = await ask('Passphrase: ');
  if (!isNew) return typed;
  longEnough(typed);
  if ((await ask('Once more: ')) !== typed) throw new CommandFailed('The two are not the same.', 2);
  return typed;
}

function longEnough(passphrase: string): string {
  if ([...passphrase].length < MIN_PASSPHRASE)
    throw new CommandFailed(
      `The passphrase needs ${MIN_PASSPHRASE} characters or more. Write it down elsewhere: without it a backup is lost.`,
      2,
    );
  return passphrase;
}

/** One line, which the terminal does not show. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  process.stdin.setRawMode(true);
  process.stdin.resume();
  const decoder = new TextDecoder();
  let line = '';
  try {
    for await (const bytes of process.stdin) {
      for (const character of decoder.decode(bytes, { stream: true })) {
        if (character === '\r' || character === '\n') return line;
        if (character === '\u0003' || character === '\u0004') throw new CommandFailed('Nothing was done.');
        line = character === '\u007f' ? [...line].slice(0, -1).join('') : line + character;
      }
    }
    return line;
  } finally {
    process.stdin.setRawMode(false);
    process.stderr.write('\n');
  }
}
