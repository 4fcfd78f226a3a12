/** `[data-transfers]` in the settings: history from another of one's own devices, after both show the same six words. */
import type { OwnDeviceView } from '../../client/engine-types.ts';
import type { Transfers, TransferView } from '../../client/transfer/types.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { button, sentenceOf } from '../groups/draw.ts';
import { engine, onEvent } from '../session.ts';

export async function openTransfers(place: HTMLElement): Promise<void> {
  const client = await engine;
  const transfers = await client.transfers();
  const problem = draw('p', { class: 'error', role: 'alert' });
  const under = draw('div', { class: 'stack', 'aria-live': 'polite' });
  const act = (work: () => Promise<unknown>) => async () => {
    problem.textContent = '';
    await work().catch((error: unknown) => {
      problem.textContent = sentenceOf(error);
    });
    await show();
  };
  const show = async () => {
    const [all, devices] = [await transfers.list(), await client.devices()];
    const others = devices.filter(({ current }) => !current);
    under.replaceChildren(...all.map((each) => card(each, transfers, act)));
    const begin = chooser(others, all, transfers, act);
    place.replaceChildren(
      draw('h3', {}, t('From another of your devices')),
      draw(
        'p',
        { class: 'hint' },
        t(
          'Copies the history of a device that you have at hand to this one, sealed. Both show six words: compare them.',
        ),
      ),
      ...(begin === null ? [] : [begin]),
      problem,
      under,
    );
    place.hidden = others.length === 0 && all.length === 0;
  };
  const end = onEvent(({ type }) => {
    if (!place.isConnected) end();
    else if (type === 'transfers' || type === 'devices') void show();
  });
  await show();
}

type Act = (work: () => Promise<unknown>) => () => Promise<void>;

const nameOf = (name: string | null): string => name ?? t('another device of yours');

/** Null while one is under way, and without another device. */
function chooser(
  others: readonly OwnDeviceView[],
  all: readonly TransferView[],
  transfers: Transfers,
  act: Act,
): HTMLElement | null {
  const isBusy = all.some(({ role, state }) => role === 'takes' && state !== 'done' && state !== 'failed');
  if (others.length === 0 || isBusy) return null;
  const select = draw(
    'select',
    { 'aria-label': t('Device') },
    ...others.map(({ device, name }) => draw('option', { value: device }, nameOf(name))),
  );
  const start = button(t('Copy history to this device'), 'button', () => {
    const chosen = others.find(({ device }) => device === select.value);
    return chosen ? act(() => transfers.begin(chosen.device))() : undefined;
  });
  return draw('div', { class: 'buttons' }, select, start);
}

function card(view: TransferView, transfers: Transfers, act: Act): HTMLElement {
  const { id, role, state, words, moved, done, total, reason } = view;
  const device = nameOf(view.deviceName);
  const box = draw('div', { class: 'card', 'data-transfer': state });
  const say = (sentence: string, name: 'p' | 'b' = 'p') => box.append(draw(name, {}, sentence));
  const buttons = draw('div', { class: 'buttons' });
  if (state === 'waiting') say(t('Waiting for {device}. Open Sotto there.', { device }));
  if (state === 'compare') {
    say(
      role === 'gives'
        ? t('{device} wants the history of this device.', { device })
        : t('Compare these words with those on {device}, then say yes there.', { device }),
    );
    box.append(draw('p', { class: 'words', 'data-transfer-words': '' }, words.join(' ')));
    if (role === 'gives') {
      say(t('Say yes only if both devices are in your hands and show these words.'));
      buttons.append(
        button(
          t('Yes, the words are the same'),
          'button primary',
          act(() => transfers.accept(id)),
        ),
      );
    }
  }
  if (state === 'moving') {
    say(
      role === 'gives'
        ? plural(moved, '{n} message given so far', '{n} messages given so far')
        : plural(moved, '{n} message taken so far', '{n} messages taken so far'),
    );
    if (total > 0)
      box.append(draw('progress', { max: String(total), value: String(done), 'aria-label': t('History') }));
  }
  if (state === 'done')
    say(
      role === 'gives'
        ? plural(moved, 'Given: {n} message.', 'Given: {n} messages.')
        : plural(moved, 'Taken: {n} message.', 'Taken: {n} messages.'),
    );
  if (reason !== null) say(reason);
  const hasEnded = state === 'done' || state === 'failed';
  buttons.append(
    button(
      hasEnded ? t('Put away') : t('Call it off'),
      'button',
      act(() => transfers.end(id)),
    ),
  );
  box.append(buttons);
  return box;
}
