/** `status`: what a person or a bot says of itself, sealed for those it writes with. */
import type { StatusView } from '../../client/presence/types.ts';
import type { Command } from '../command.ts';
import { withDevice } from '../device.ts';
import { WrongUse } from '../failures.ts';
import { duration } from '../values.ts';

export const status: Command = async (invocation) => {
  const { option, isSet, rest, output } = invocation;
  const [text = ''] = rest;
  const emoji = option('emoji') ?? '';
  const length = option('until');
  const says = text !== '' || emoji !== '';
  if (isSet('clear') && says) throw new WrongUse('Say a status, or --clear, not both.');
  if (length !== null && !says) throw new WrongUse('--until needs a status that ends then.');
  await withDevice(invocation, async ({ engine }) => {
    const presence = await engine.presence();
    if (says || isSet('clear')) {
      const lasts = length === null ? null : duration('until', length);
      const said: StatusView | null = says
        ? { emoji, text, until: lasts === null ? null : Date.now() + lasts }
        : null;
      await presence.setStatus(said);
      const { waiting } = await engine.flush();
      if (waiting > 0) await output.note('Something waits in the outbox: the next command sends it.');
    }
    const now = await presence.status(engine.self.account);
    const words = now === null ? 'No status.' : [now.emoji, now.text].filter((part) => part !== '').join(' ');
    await output.event(
      'status',
      { emoji: now?.emoji ?? '', text: now?.text ?? '', until: now?.until ?? null },
      words,
    );
  });
};
