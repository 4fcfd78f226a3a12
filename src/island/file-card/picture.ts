/** A picture or a film of a message: its small picture, in its own shape, which a press makes large. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import type { Around } from './around.ts';
import { look, moreButton, saveButton } from './buttons.ts';
import { isOver, lengthOf, shownOf } from './kind.ts';
import { fit } from './preview.ts';
import { stateLine } from './state.ts';

/** Pixels of one of several. */
const SQUARE = 156;

/**
 * @param picture of previewPicture
 * @param alone whether it is the only one and keeps its shape; several are squares
 */
export function drawPicture(
  file: FileView,
  picture: HTMLImageElement,
  around: Around,
  alone: boolean,
): HTMLElement {
  const isFilm = shownOf(file) === 'video';
  const label = isFilm ? t('Play {name}', { name: file.name }) : t('Open {name}', { name: file.name });
  const title = `${file.name}, ${byteSize(file.size)}`;
  const button = draw('button', { type: 'button', class: 'look', 'aria-label': label, title });
  const { width, height } = alone ? fit(file) : { width: SQUARE, height: SQUARE };
  picture.width = width;
  picture.height = height;
  button.append(picture);
  button.addEventListener('click', () => void look(file, around.seen, button));
  const item = draw('li', { class: 'picture' }, button);
  if (isOver(file)) button.disabled = true;
  else {
    if (isFilm) {
      const play = draw('span', { class: 'icon icon-play' });
      item.append(
        draw('div', { class: 'mark', 'aria-hidden': 'true' }, draw('span', { class: 'disc' }, play)),
      );
      if (file.duration !== null) item.append(draw('span', { class: 'length' }, lengthOf(file.duration)));
    }
    item.append(draw('div', { class: 'tools' }, saveButton(file), moreButton(file, around)));
  }
  item.append(stateLine(file));
  return item;
}
