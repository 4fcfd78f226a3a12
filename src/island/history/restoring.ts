/** A banner in `#notices` while history arrives on this device. It needs nothing of the person, and goes by itself. */
import { Single } from '../../client/single.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { engine, onEvent } from '../session.ts';

/** Screen readers hear every so many hundredths of the way, not every step. */
const SPOKEN_EVERY = 25;

/** Shows and keeps the banner; call it once. */
export function watchRestoring(place: HTMLElement): void {
  let banner: HTMLElement | null = null;
  let spoken = -1;
  const show = async () => {
    const { restoring } = await (await engine).backup();
    if (restoring === null || restoring.total === 0) {
      banner?.remove();
      banner = null;
      return;
    }
    const { done, total } = restoring;
    const words = t('Restoring history: {done} of {total} messages', { done, total });
    const bar = draw('progress', { max: String(total), value: String(done), 'aria-label': words });
    const part = Math.floor((done / total) * (100 / SPOKEN_EVERY));
    banner ??= place.appendChild(draw('div', { class: 'notice', 'data-notice': 'restoring' }));
    banner.setAttribute('aria-live', part === spoken ? 'off' : 'polite');
    spoken = part;
    banner.replaceChildren(draw('p', {}, words), bar);
  };
  // Many words about it come while it runs: one look at a time.
  const looks = new Single(show);
  onEvent(({ type }) => {
    if (type === 'backup') void looks.run();
  });
  void looks.run();
}
