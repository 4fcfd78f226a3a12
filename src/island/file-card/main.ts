/** The files of a message, as its reader sees them. Names are people's words: all of it stands in a shadow root of its own. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { styleSheet } from '../styles.ts';
import type { Around } from './around.ts';
import { drawCard } from './card.ts';
import { shownOf } from './kind.ts';
import { drawPicture } from './picture.ts';
import { previewPicture } from './preview.ts';
import { CARD_STYLE } from './style.ts';

const SHEET = styleSheet(CARD_STYLE);

/** Pictures and films side by side, everything else below, each with what can be done with it. */
export function drawCards(message: HistoryMessage): HTMLElement {
  const host = document.createElement('div');
  const { files } = message;
  const around: Around = { message, seen: files.filter((file) => shownOf(file) !== 'none') };
  const pictures: (readonly [FileView, HTMLImageElement])[] = [];
  const others: FileView[] = [];
  for (const file of files) {
    const picture = ['image', 'video'].includes(shownOf(file)) ? previewPicture(file) : null;
    if (picture) pictures.push([file, picture]);
    else others.push(file);
  }
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [SHEET];
  const isOne = pictures.length === 1;
  if (pictures.length > 0)
    root.append(
      draw(
        'ul',
        { class: isOne ? 'pictures' : 'pictures several', 'aria-label': t('Pictures') },
        ...pictures.map(([file, picture]) => drawPicture(file, picture, around, isOne)),
      ),
    );
  if (others.length > 0)
    root.append(
      draw(
        'ul',
        { class: 'cards', 'aria-label': t('Files') },
        ...others.map((file) => drawCard(file, around)),
      ),
    );
  return host;
}
