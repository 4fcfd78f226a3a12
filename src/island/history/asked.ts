/** A banner when another device of this person wants the history of this one: it leads to where the words are compared. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { engine, onEvent } from '../session.ts';

/** Shows and keeps the banner; call it once. */
export function watchAsked(place: HTMLElement): void {
  let banner: HTMLElement | null = null;
  const show = async () => {
    const transfers = await (await engine).transfers();
    const asked = (await transfers.list()).find(({ role, state }) => role === 'gives' && state === 'compare');
    if (asked === undefined) {
      banner?.remove();
      banner = null;
      return;
    }
    const device = asked.deviceName ?? t('another device of yours');
    banner ??= place.appendChild(draw('div', { class: 'notice', 'data-notice': 'transfer' }));
    banner.replaceChildren(
      draw('p', {}, t('{device} wants the history of this device.', { device })),
      draw('a', { class: 'link', href: '/settings#history' }, t('Compare six words')),
    );
  };
  onEvent(({ type }) => {
    if (type === 'transfers') void show();
  });
  void show();
}
