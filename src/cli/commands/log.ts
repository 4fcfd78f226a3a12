/** `log`: the transparency log as this device has verified it, everybody in it, and evidence against it. */
import { evidenceSentence, inFours } from '../../client/log-sentences.ts';
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { Failed } from '../failures.ts';
import { aligned, plain, timeOf } from '../output.ts';

export const log: Command = async ({ home, isSet, output }) => {
  await withDevice({ home, output }, async (device) => {
    const { engine } = device;
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device knows.');
    if (isSet('send-again')) {
      await engine.acknowledgeLog();
      await synchronise(device);
    }
    const { head, key, keyFingerprint, people, evidence, frozen } = await engine.log();
    const size = head?.size ?? 0;
    await output.event(
      'log',
      { size, root: head?.root ?? null, time: head?.time ?? null, key, keyFingerprint, frozen },
      head === null
        ? 'This device has seen no log yet.'
        : [
            `${size} entries, signed ${timeOf(head.time)}`,
            `root  ${inFours(head.root)}`,
            `key   ${keyFingerprint === null ? 'none' : inFours(keyFingerprint)}`,
          ].join('\n'),
    );
    const rows = aligned(
      people.map(({ username, version, fingerprint }) => [
        username,
        `list ${version}`,
        inFours(fingerprint.slice(0, 32)),
      ]),
    );
    for (const [index, person] of people.entries()) await output.event('logged', person, rows[index] ?? '');
    const names = new Map<string, string>(people.map(({ account, username }) => [account, `@${username}`]));
    for (const each of evidence) {
      const sentence = plain(evidenceSentence(each, (account) => names.get(account) ?? 'somebody unknown'));
      await output.event(
        'evidence',
        each,
        `${timeOf(each.at)}${each.seen === null ? ', new' : ''}: ${sentence}`,
      );
    }
    if (frozen)
      throw new Failed(
        'The log shows two views, so nothing is sent. Keep this output (--json has all of it), speak with your administrator, then say "log --send-again".',
      );
  });
};
