/** A file of a message that is no picture: what it is, how it is called, how large, how it begins. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';
import type { Around } from './around.ts';
import { look, moreButton, save, saveButton } from './buttons.ts';
import { iconButton } from './icon-button.ts';
import { iconOf, isOver, kindOf, lengthOf, shownOf } from './kind.ts';
import { playSound } from './play.ts';
import { previewPicture, previewText } from './preview.ts';
import { stateLine } from './state.ts';

export function drawCard(file: FileView, around: Around): HTMLElement {
  const over = isOver(file);
  const shown = over ? 'none' : shownOf(file);
  const card = draw('li', { class: over ? 'card over' : 'card' });
  const picture = previewPicture(file);
  const icon = draw('span', { class: `icon icon-${iconOf(file)}` });
  const name = draw('bdi', {}, file.name);
  const isRead = shown === 'text';
  const title = over ? draw('span', { class: 'name' }, name) : drawName(file, name, isRead);
  if (title instanceof HTMLButtonElement)
    title.addEventListener('click', () => void (isRead ? look(file, around.seen, title) : save(file)));
  const actions = over ? [] : [saveButton(file), moreButton(file, around)];
  if (shown === 'audio')
    actions.unshift(
      iconButton('play', t('Play {name}', { name: file.name }), (button) => {
        playSound(file, card).then(() => button.remove(), showProblem);
      }),
    );
  card.append(
    draw('span', { class: 'thumb', 'aria-hidden': 'true' }, picture ?? icon),
    draw('div', { class: 'about' }, title, draw('span', { class: 'facts' }, factsOf(file))),
    draw('div', { class: 'actions' }, ...actions),
  );
  const head = over ? null : previewText(file);
  if (head !== null) card.append(draw('p', { class: 'head', dir: 'auto' }, head));
  card.append(stateLine(file));
  return card;
}

function drawName(file: FileView, name: HTMLElement, isRead: boolean): HTMLButtonElement {
  const verb = isRead ? t('Open {name}', { name: file.name }) : t('Save {name}', { name: file.name });
  return draw('button', { type: 'button', class: 'name', title: verb }, name);
}

export const factsOf = (file: FileView): string =>
  [kindOf(file), file.duration === null ? '' : lengthOf(file.duration), byteSize(file.size)]
    .filter((each) => each !== '')
    .concat(file.version > 1 ? [t('Version {n}', { n: file.version })] : [])
    .join(' · ');
