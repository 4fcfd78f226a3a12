/** `transfer`: history from another of one's own devices, after both have shown the same six words. */
import type { TransferView } from '../../client/transfer/types.ts';
import { isDeviceId } from '../../contract/ids.ts';
import type { Command } from '../command.ts';
import { atMost, openDevice, tellNotices } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { duration } from '../values.ts';

const FINISH_MS = 10_000;

export const transfer: Command = async ({ home, option, isSet, output, io }) => {
  const from = option('from');
  if ((from === null) !== isSet('accept')) throw new WrongUse('Say --from DEVICE, or --accept, not both.');
  if (from !== null && !isDeviceId(from))
    throw new WrongUse(`--from takes the id of a device of yours, not "${from}": see "devices".`);
  const timeout = duration('timeout', option('timeout') ?? '15m');

  const device = await openDevice(home, { live: true });
  const { engine, line } = device;
  tellNotices(device, output);
  const ended = Promise.withResolvers<TransferView>();
  ended.promise.catch(() => {});
  const timer =
    timeout === null ? null : setTimeout(() => ended.reject(new Failed('Nothing came in time.')), timeout);
  const endHearing = io.onInterrupt(() => ended.reject(new Failed('Called off.')));
  try {
    engine.start();
    line?.open();
    const transfers = await engine.transfers();
    const role = from === null ? 'gives' : 'takes';
    const begun = from === null ? null : await transfers.begin(from);
    const shown = new Set<string>();
    const look = async () => {
      const open = (await transfers.list()).filter((each) => each.role === role);
      const view =
        begun === null
          ? (open.find(({ state }) => state === 'compare') ?? open.find(({ id }) => shown.has(id)))
          : open.find(({ id }) => id === begun);
      if (view === undefined) return;
      if (view.state === 'compare' && !shown.has(view.id)) {
        shown.add(view.id);
        const words = view.words.join(' ');
        await output.event(
          'words',
          { id: view.id, device: view.device, words },
          `Both devices show:\n\n  ${words}\n`,
        );
        if (role === 'gives') {
          if (!isSet('yes')) await output.note('If the other device shows the same words, type yes here.');
          const isYes = isSet('yes') || /^y(?:es)?$/i.test((await io.readInput(0)).trim());
          if (isYes) await transfers.accept(view.id);
          else {
            await transfers.end(view.id);
            ended.reject(new Failed('Nothing was given: the answer was not yes.'));
          }
        }
      }
      if (view.state === 'done') ended.resolve(view);
      if (view.state === 'failed') ended.reject(new Failed(view.reason ?? 'It did not work.'));
    };
    let looking: Promise<void> = Promise.resolve();
    const again = () => {
      looking = looking.then(look).catch(ended.reject);
    };
    engine.subscribe(({ type }) => {
      if (type === 'transfers') again();
    });
    again();
    const { id, moved } = await ended.promise;
    await output.event(
      'transferred',
      { id, messages: moved },
      `${moved} messages ${role === 'gives' ? 'given' : 'taken'}.`,
    );
    await transfers.end(id);
    await atMost(FINISH_MS, device.finish());
  } finally {
    if (timer !== null) clearTimeout(timer);
    endHearing();
    line?.close();
    await atMost(FINISH_MS, device.close());
  }
};
