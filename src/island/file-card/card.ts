/** A file of a message that is no picture: what it is, how it is called, how large, how it begins. */

import { PAGES_TYPE, pagesOf } from '../../client/files/pages.ts';
import type { Shown } from '../../client/files/sniff.ts';
import type { FileView } from '../../client/files/view.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';
import type { Around } from './around.ts';
import { look, moreButton, saveButton } from './buttons.ts';
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
  const title = drawTitle(file, name, shown, around);
  const actions = over ? [] : [saveButton(file), moreButton(file, around)];
  if (shown === 'audio')
    actions.unshift(
      iconButton('play', t('Play {name}', { name: file.name }), (button) => {
        playSound(file, card).then(() => button.remove(), showProblem);
      }),
    );
  card.append(
    draw('span', { class: picture ? 'thumb page' : 'thumb', 'aria-hidden': 'true' }, picture ?? icon),
    draw('div', { class: 'about' }, title, draw('span', { class: 'facts' }, factsOf(file))),
    draw('div', { class: 'actions' }, ...actions),
  );
  const head = over ? null : previewText(file);
  if (head !== null) card.append(draw('p', { class: 'head', dir: 'auto' }, head));
  card.append(stateLine(file));
  return card;
}

/** What is looked at opens by its name; a sound has a button that plays it here. */
function drawTitle(file: FileView, name: HTMLElement, shown: Shown, { seen }: Around): HTMLElement {
  if (shown === 'none' || shown === 'audio') return draw('span', { class: 'name' }, name);
  const values = { name: file.name };
  const label = shown === 'video' ? t('Play {name}', values) : t('Open {name}', values);
  const button = draw('button', { type: 'button', class: 'name', 'aria-label': label }, name);
  button.addEventListener('click', () => void look(file, seen, button));
  return button;
}

const factsOf = (file: FileView): string =>
  [kindOf(file), pagesIn(file), file.duration === null ? '' : lengthOf(file.duration), byteSize(file.size)]
    .filter((each) => each !== '')
    .concat(file.version > 1 ? [t('Version {n}', { n: file.version })] : [])
    .join(' · ');

function pagesIn({ type, previewType, preview }: FileView): string {
  const pages = type === PAGES_TYPE ? pagesOf(previewType, preview) : null;
  return pages === null ? '' : plural(pages, '{n} page', '{n} pages');
}
