/** What a person is told when something cannot be opened or sent: one sentence, with what happens next. */
import { counted, sentence, t } from '../contract/words.ts';
import type { ErrorCode } from '../protocol/errors.ts';

const UNOPENED: Readonly<Record<ErrorCode, string>> = {
  E_FORMAT: sentence(
    'This message is damaged or of a kind this release does not know; the sender’s device will be asked for it again.',
  ),
  E_AUTH: sentence(
    'This message could not be opened; the sender’s device is asked for it again, and it appears here when the answer comes.',
  ),
  E_SUITE: sentence(
    'This message uses an encryption that this device refuses; ask the sender to update Sotto.',
  ),
  E_KT: sentence(
    'The sender’s device has seen another log of identities than this one; the message opens when they agree, or when you have looked at the evidence in Settings.',
  ),
  E_ROSTER: sentence('This message is from somebody who is not a member here; it stays closed.'),
  E_REPLAY: sentence('This is a copy of a message that came before; it stays closed.'),
  E_SKIP: sentence(
    'Too many messages are missing before this one; the sender’s device is asked for it again.',
  ),
  E_CLONE: sentence(
    'The sender’s device seems to run twice; a new session begins and the message is asked for again.',
  ),
  E_EQUIV: sentence(
    'The sender’s device has said two different things at this place; ask the sender what was meant.',
  ),
  E_STALE: sentence('The sender’s keys have run out; the message opens when that device has renewed them.'),
  E_LIMIT: sentence('This message is larger than this device accepts; ask the sender to send less at once.'),
};

/** Why a message stays closed, and what happens next. */
export function unopenedSentence(code: ErrorCode): string {
  return UNOPENED[code];
}

/** Why a message stays closed while the server keeps a list back. */
export const OUTDATED_LIST = sentence(
  'The log of identities has a newer list of the sender’s devices than the server shows; the message opens when it shows that one.',
);

/** Why a message of the person waits, and what happens next. */
export const HELD = {
  roster: sentence(
    'The server asks for recipients that nobody here has signed for, so nothing was sent; it is tried again when you are back online.',
  ),
  unknown: sentence(
    'The server does not know this person yet, so the message waits; it is tried again when you are back online.',
  ),
  directory: sentence(
    'The server’s answer about this person’s devices does not verify, so nothing was sent; it is tried again when you are back online.',
  ),
  prekeys: sentence(
    'The server gave no keys for one of this person’s devices, so the message waits; it is tried again when you are back online.',
  ),
  doubled: sentence(
    'Two devices here claim the same name, so nothing was sent; ask the others to look at their list of devices.',
  ),
  unreached: sentence(
    'None of this person’s devices has been here for a long time, so the message waits; it is sent when one is back.',
  ),
  putBack: sentence(
    'This device was put back to an older state, and nobody here knows whether this message was sent: look whether it arrived, and write it again if not.',
  ),
  frozen: sentence(
    'The server’s log of identities shows two views, so nothing is sent; look at the evidence in Settings and speak with your administrator.',
  ),
  log: sentence(
    'The server’s log of identities is empty, so the message waits; unlock Sotto here once more, and it is sent.',
  ),
  signIn: sentence('You are signed out, so the message waits; sign in and it is sent.'),
} as const;

/** What the person must know, and what to do. */
export const NOTICES = {
  rollback: (name: string) =>
    t(
      'The server showed an older list of {name}’s devices than before; it was refused and the newer one stays in use.',
      { name },
    ),
  directory: (name: string) =>
    t(
      'The server’s answer about {name}’s devices does not verify; it was refused, and what was known stays in use.',
      { name },
    ),
  identity: (name: string) =>
    t(
      '{name} has a new identity. Compare the safety number or acknowledge it; until then nothing is sent to them.',
      { name },
    ),
  splitServer: sentence(
    'The server has shown this device two different logs of identities. Nothing is sent; the evidence is in Settings, for your administrator.',
  ),
  splitClaim: (name: string) =>
    t(
      'A device of {name} has seen another log of identities than this device. Nothing is sent; the evidence is in Settings, for your administrator.',
      { name },
    ),
  ownIdentity: sentence(
    'The server’s log names an identity for your account that is not yours. Nothing is sent; tell everybody you write with, and your administrator: the evidence is in Settings.',
  ),
  notLogged: (name: string) =>
    t(
      'What the server says of {name} is not what its log of identities says; it was refused, and what was known stays in use.',
      { name },
    ),
  clone: (name: string) =>
    t(
      'A device of {name} seems to run twice with the same keys; a new session begins. Ask {name} to look at their list of devices.',
      { name },
    ),
  equivocation: (name: string) =>
    t(
      'A device of {name} has said two different things at the same place; the first one stays. Ask {name} what was meant.',
      { name },
    ),
  putBack: sentence(
    'This device was put back to an older state: what came in between may be missing here, and it goes on with new keys. If you did not do that, remove this device and sign in again.',
  ),
  unhealed: (name: string) =>
    t(
      'Messages pass between you and a device of {name}, but for a week the keys behind them could not be renewed; the server may be holding that back. Ask {name} to open Sotto, and if this does not end, tell whoever runs the server.',
      { name },
    ),
  full: sentence(
    'This device has no room left: what is sent to you waits on the server, and what you write stays in its box. Make room on the disk; Sotto goes on by itself.',
  ),
  serverFull: sentence(
    'The server can store nothing at present, so what you write waits on this device; tell your administrator if it lasts. Sotto goes on by itself.',
  ),
  clock: sentence(
    'The clock of this device is more than 5 minutes off; set it, or times of messages will be wrong.',
  ),
  renewal: sentence(
    'This device’s certificate runs out soon: unlock with your password or passkey, and it is renewed.',
  ),
  release: sentence(
    'This client is of an older release than the server: load it again to go on; nothing is lost.',
  ),
} as const;

/** What stands in the conversation where messages are missing. */
export function gapSentence(count: number): { readonly text: string; readonly reason: string } {
  return {
    text: counted(count, 'A message is missing here.', '{n} messages are missing here.'),
    reason: counted(
      count,
      'A message is missing here: the server has not delivered it; it appears if it still comes, otherwise ask the sender.',
      '{n} messages are missing here: the server has not delivered them; they appear if they still come, otherwise ask the sender.',
    ),
  };
}
/** What stands where a gap was shown. */
export const GAP_CLOSED = sentence('A message that was missing here has arrived.');
