/** Evidence against the transparency log in words, for whoever draws it. */
import { say, sentence, t } from '../contract/words.ts';
import type { LogEvidence } from './engine-types.ts';

const WORDS: Readonly<Record<Exclude<LogEvidence['kind'], 'claim'>, string>> = {
  signature: sentence('The server showed a log that the key which this device pinned has not signed.'),
  rollback: sentence('The server showed a shorter log than it had shown this device before.'),
  fork: sentence('The server showed a log that does not continue the one it had shown this device before.'),
  leaf: sentence(
    'The server’s log has an entry that no honest log can have, such as a name given to a second account.',
  ),
  restored: sentence(
    'The server says that it was restored from a backup, and shows a log without what came after it. Ask whoever runs it whether that is so. When you go on, devices that somebody has removed since then count again until they remove them once more.',
  ),
  account: sentence('The server’s log names an identity for your account that your devices have not made.'),
};

/** What was found, in one sentence. @param nameOf the name of the person who said it */
export function evidenceSentence(evidence: LogEvidence, nameOf: (account: string) => string): string {
  const { kind, claim } = evidence;
  if (kind !== 'claim') return say(WORDS[kind]);
  if (claim === null)
    return t(
      'Somebody has seen another log than you have here. Either the server shows two, or that device says what is not true.',
    );
  return t(
    '{who} has seen another log on the device {device} than you have here. Either the server shows two, or that device says what is not true.',
    { who: nameOf(claim.account), device: claim.device.slice(0, 8) },
  );
}

/** Twice eight groups of four: a fingerprint or a root as people compare it. */
export const inFours = (hex: string): string => (hex.match(/.{1,4}/g) ?? []).join(' ');
