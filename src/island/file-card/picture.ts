/** A picture or a film of a message: its small picture, in its own shape, which a press makes large. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import type { Around } from './around.ts';
import { look, moreButton, saveButton } from './buttons.ts';
import { iconOf, isOver, lengthOf, shownOf } from './kind.ts';
import { fit, previewPicture } from './preview.ts';
import { stateLine } from './state.ts';

/** @param alone whether it is the only one and keeps its shape; several are squares */
export function drawPicture(file: FileView, around: Around, alone: boolean): HTMLElement {
  const isFilm = shownOf(file) === 'video';
  const label = isFilm ? t('Play {name}', { name: file.name }) : t('Open {name}', { name: file.name });
  const title = `${file.name}, ${byteSize(file.size)}`;
  const button = draw('button', { type: 'button', class: 'look', 'aria-label': label, title });
  button.append(drawPreview(file, alone));
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

function drawPreview(file: FileView, alone: boolean): HTMLElement {
  const { width, height } = alone ? fit(file) : { width: 156, height: 156 };
  const picture = previewPicture(file);
  if (picture) {
    picture.width = width;
    picture.height = height;
    return picture;
  }
  const blank = draw(
    'span',
    { class: 'blank', 'aria-hidden': 'true' },
    draw('span', { class: `icon icon-${iconOf(file)}` }),
  );
  if (alone) {
    blank.style.width = `${Math.max(width, 160)}px`;
    blank.style.height = `${Math.min(height, 160)}px`;
  }
  return blank;
}
