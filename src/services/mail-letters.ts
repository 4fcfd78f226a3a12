/** Letters in words: what mail says. Facts about the account alone, never what anybody wrote, nor who. */

import { describeAgent } from '../contract/agent.ts';
import type { AuditAction } from '../contract/audit.ts';
import type { MailNotice } from '../contract/mail.ts';
import { locale, plural, say, sentence, speak, t } from '../contract/words.ts';
import { CATALOGUES, isLanguage } from '../words/catalogues.ts';

/** What waits in the outbox. */
export type LetterFacts =
  | MailNotice
  /** Proves an address. */
  | { readonly kind: 'code'; readonly code: string }
  /** So many messages wait that no device has fetched. */
  | { readonly kind: 'waiting'; readonly count: number };

export interface Written {
  readonly subject: string;
  readonly text: string;
}

/** Where the letter comes from, and where it leads. */
export interface Sender {
  readonly workspace: string;
  readonly origin: string;
}

/** Puts a letter into words of a language; English where there are none. */
export function writeLetter(facts: LetterFacts, language: string, sender: Sender): Written {
  const known = isLanguage(language) ? language : 'en';
  return speak(known, CATALOGUES[known], () => {
    const { subject, lines } = draft(facts, sender);
    const end = t('This is from {workspace}, at {origin}. It never writes what others said to you.', {
      ...sender,
    });
    return { subject, text: [...lines, '-- ', end].join('\n\n').replace('-- \n\n', '-- \n') };
  });
}

function draft(
  facts: LetterFacts,
  { workspace, origin }: Sender,
): { subject: string; lines: readonly string[] } {
  switch (facts.kind) {
    case 'code':
      return {
        subject: t('{code} is your code for {workspace}', { code: facts.code, workspace }),
        lines: [
          t(
            'Somebody gave this address for mail from {workspace}. If it was you, type this code in Settings:',
            {
              workspace,
            },
          ),
          facts.code,
          t('It is good for 30 minutes. If it was not you, do nothing: nothing more will come.'),
        ],
      };
    case 'waiting':
      return {
        subject: plural(
          facts.count,
          '{n} message waits for you in {workspace}',
          '{n} messages wait for you in {workspace}',
          {
            workspace,
          },
        ),
        lines: [
          plural(
            facts.count,
            'One message has waited for more than an hour, and none of your devices has fetched it.',
            '{n} messages have waited for more than an hour, and none of your devices has fetched them.',
          ),
          t('Read them at {origin}', { origin }),
          t('This comes once a day at most. You can turn it off in Settings, under Mail.'),
        ],
      };
    case 'new-place':
      return {
        subject: t('New sign-in to {workspace}', { workspace }),
        lines: [
          t('Somebody signed in to your account from a place that it was not used from before:'),
          t('{agent}, {address}, {time}', {
            agent: describeAgent(facts.agent),
            address: facts.address,
            time: moment(facts.at),
          }),
          t(
            'If it was you, there is nothing to do. If not, end that session and change your password: {link}',
            {
              link: `${origin}/settings#sessions`,
            },
          ),
        ],
      };
    case 'security':
      return {
        subject: t('A change to how you sign in to {workspace}', { workspace }),
        lines: [
          t('{what} ({time})', { what: say(SECURITY[facts.what] ?? OTHER), time: moment(facts.at) }),
          t('If it was not you, look at {link} and ask an admin.', { link: `${origin}/settings` }),
        ],
      };
    case 'role':
      return {
        subject: t('Your role in {workspace} has changed', { workspace }),
        lines: [t('You are now: {role} ({time})', { role: { say: facts.role }, time: moment(facts.at) })],
      };
  }
}

const OTHER = sentence('A way into your account was changed.');
const SECURITY: Partial<Readonly<Record<AuditAction, string>>> = {
  'passkey.added': sentence('A passkey was added to your account.'),
  'passkey.removed': sentence('A passkey was removed from your account.'),
  'password.changed': sentence('The password of your account was changed.'),
  'second-factor.on': sentence('A second factor was turned on for your account.'),
  'second-factor.off': sentence('The second factor of your account was turned off.'),
  'second-factor.reset': sentence('An admin took the second factor of your account away.'),
  'backup-codes.made': sentence('New backup codes were made for your account.'),
  'mail.added': sentence('Mail about your account goes to another address from now on.'),
  'mail.removed': sentence('No more mail about your account comes to this address.'),
  'account.restarted': sentence('Your account was started again with a new identity.'),
};

/** A server does not know where a reader's clock stands. */
const moment = (at: number): string =>
  `${new Date(at).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })} UTC`;
