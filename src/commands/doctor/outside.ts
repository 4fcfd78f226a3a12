/** What Sotto needs besides itself: the mail server, and the folder of backups. */

import { lookup } from 'node:dns/promises';
import { accessSync, constants } from 'node:fs';
import type { Config } from '../../config.ts';
import { listBackups } from '../../ops/backup/shelf.ts';
import { createMailer } from '../../ops/mailer.ts';
import { type Finding, findings, reasonOf } from './finding.ts';

const DAY_MS = 86_400_000;

/** Connects, encrypts and signs in; sends nothing. */
export async function checkMail({ mail }: Config): Promise<readonly Finding[]> {
  const say = findings('mail');
  if (!mail) return [];
  const { host, hostname } = new URL(mail.url);
  try {
    await lookup(hostname.replace(/^\[|\]$/g, ''));
  } catch {
    return [
      say.error(`This machine cannot find the mail server ${hostname}.`, 'Correct the name in --smtp.'),
    ];
  }
  const mailer = createMailer(mail);
  try {
    await mailer.check();
    return [say.ok(`${host} takes letters from ${mail.from}.`)];
  } catch (error) {
    return [say.error(`${host} does not take letters (${mailReason(error)}).`, mailMend(error))];
  } finally {
    mailer.close();
  }
}

/** One line of what the server or the network said. */
function mailReason(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.replace(/\s+/g, ' ').slice(0, 160);
}

function mailMend(error: unknown): string {
  switch (reasonOf(error)) {
    case 'EAUTH':
      return 'Correct user and password in SOTTO_SMTP (special characters as %40 and so on).';
    case 'ETLS':
      return 'It offers no encryption, and a password is never sent without: use smtps:// or another port.';
    case 'ECONNECTION':
    case 'ECONNREFUSED':
    case 'ESOCKET':
    case 'ETIMEDOUT':
      return 'See whether host and port in --smtp are right and a firewall lets this machine through.';
    default:
      return 'Look into the log of the mail server.';
  }
}

/** @param now epoch milliseconds */
export async function checkBackups({ backups, database }: Config, now: number): Promise<readonly Finding[]> {
  const say = findings('backups');
  if (database !== null)
    return [
      say.ok('PostgreSQL is saved with its own tools (docs/recovery.md); Sotto does not see whether it is.'),
    ];
  if (!backups)
    return [
      say.warning(
        'None are made by themselves.',
        'Give a folder on another disk: --backup-to FOLDER, with SOTTO_BACKUP_PASSPHRASE.',
      ),
    ];
  try {
    accessSync(backups.folder, constants.W_OK);
    const [newest] = await listBackups(backups.folder);
    if (!newest)
      return [say.warning(`There is none in ${backups.folder} yet.`, 'Sotto makes one while it serves.')];
    const hours = Math.round((now - newest.at) / 3_600_000);
    return now - newest.at > 2 * backups.every
      ? [
          say.error(
            `The newest in ${backups.folder} is ${hours} hours old.`,
            'See what /admin/backups and the log say, and whether Sotto runs.',
          ),
        ]
      : [
          say.ok(
            `The newest in ${backups.folder} is ${hours < 48 ? `${hours} hours` : `${Math.floor((now - newest.at) / DAY_MS)} days`} old.`,
          ),
        ];
  } catch (error) {
    return [
      say.error(
        `${backups.folder} cannot be used (${reasonOf(error)}).`,
        'Make the folder, and give it to the account that Sotto runs as.',
      ),
    ];
  }
}
