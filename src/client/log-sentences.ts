/** Evidence against the transparency log in words, for whoever draws it. */
import type { LogEvidence } from './engine-types.ts';

const WORDS: Readonly<Record<Exclude<LogEvidence['kind'], 'claim'>, string>> = {
  signature: 'The server showed a log that the key which this device pinned has not signed.',
  rollback: 'The server showed a shorter log than it had shown this device before.',
  fork: 'The server showed a log that does not continue the one it had shown this device before.',
  leaf: 'The server’s log has an entry that no honest log can have, such as a name given to a second account.',
  account: 'The server’s log names an identity for your account that your devices have not made.',
};

/** What was found, in one sentence. @param nameOf the name of the person who said it */
export function evidenceSentence(evidence: LogEvidence, nameOf: (account: string) => string): string {
  const { kind, claim } = evidence;
  if (kind !== 'claim') return WORDS[kind];
  const who = claim === null ? 'Somebody' : nameOf(claim.account);
  const where = claim === null ? '' : ` on the device ${claim.device.slice(0, 8)}`;
  return `${who} has seen another log${where} than you have here. Either the server shows two, or that device says what is not true.`;
}

/** Twice eight groups of four: a fingerprint or a root as people compare it. */
export const inFours = (hex: string): string => (hex.match(/.{1,4}/g) ?? []).join(' ');
