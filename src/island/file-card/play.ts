/** Sounds are played where they stand. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { openPlayed } from '../viewer/played.ts';

/** Puts the browser's own player into the card and begins. @throws Error with a sentence */
export async function playSound(file: FileView, card: HTMLElement): Promise<void> {
  const { address, end } = await openPlayed(file, 'audio');
  const player = draw('audio', { controls: true, 'aria-label': file.name, src: address });
  card.append(player);
  player.addEventListener('error', () => {
    if (!player.isConnected) return;
    end();
    player.replaceWith(
      draw('p', { class: 'state bad' }, t('This browser cannot play it, or it is damaged: save it instead.')),
    );
  });
  await player.play().catch(() => {});
  player.focus();
}
