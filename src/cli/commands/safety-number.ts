/** `safety-number`: the digits that two people compare. */
import type { Command } from '../command.ts';
import { withDevice } from '../device.ts';
import { findPerson } from '../people.ts';

/** Five digits a group, four groups a line. */
const LINE = /.{20}/g;
const GROUP = /.{5}/g;

export const safetyNumber: Command = async ({ home, required, isSet, output }) => {
  const name = required('with');
  await withDevice({ home, output }, async (device) => {
    const { account } = await findPerson(device, name);
    if (isSet('accept-identity')) await device.engine.acknowledgeIdentity(account);
    if (isSet('mark-verified')) await device.engine.setVerified(account, true);
    const { digits: shown, verified } = await device.engine.safetyNumber(account);
    const digits = shown.replace(/\D/g, '');
    const lines = (digits.match(LINE) ?? []).map((line) => (line.match(GROUP) ?? []).join(' '));
    await output.event(
      'safety',
      { digits, with: name, verified },
      [
        ...lines,
        verified ? 'You have marked this as verified.' : 'Compare it with what the other device shows.',
      ].join('\n'),
    );
  });
};
