/** One file of a file room. */
import type { KeptFile } from '../../client/files/types.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { iconButton } from '../file-card/icon-button.ts';
import { isOver, kindOf, lengthOf, shownOf } from '../file-card/kind.ts';
import { stateLine } from '../file-card/state.ts';
import { loadFileMenu, loadSave, loadViewer } from '../part.ts';
import { nameOf } from '../people.ts';
import { showProblem } from '../problem.ts';
import { momentOf } from '../times.ts';
import { drawThumb } from './thumb.ts';

/** @param place the conversation's name, in a list of several; empty otherwise */
export async function drawRow(kept: KeptFile, place: string): Promise<HTMLElement> {
  const { file, mine, sender, sentAt } = kept;
  const over = isOver(file);
  const who = mine ? t('You') : await nameOf(sender.account);
  const facts = [
    kindOf(file),
    byteSize(file.size),
    file.duration === null ? '' : lengthOf(file.duration),
    file.version > 1 ? t('Version {n}', { n: file.version }) : '',
  ];
  const expiry =
    file.expiresAt === null || over ? '' : t('Deleted {when}', { when: momentOf(file.expiresAt) });
  return draw(
    'li',
    { class: over ? 'over' : '' },
    drawThumb(kept),
    draw(
      'div',
      { class: 'about' },
      drawName(kept),
      draw('span', { class: 'facts' }, facts.filter((each) => each !== '').join(' · ')),
    ),
    draw(
      'div',
      { class: 'from' },
      draw(
        'span',
        {},
        draw('bdi', {}, who),
        ...(place === '' || place === who ? [] : [' · ', draw('bdi', {}, place)]),
      ),
      draw('time', { datetime: new Date(sentAt).toISOString() }, momentOf(sentAt)),
      ...(expiry === '' ? [] : [draw('span', {}, expiry)]),
    ),
    drawActions(kept),
    stateLine(file),
  );
}

/** What can be looked at opens by its name. */
function drawName({ file, message }: KeptFile): HTMLElement {
  const name = draw('bdi', {}, file.name);
  const shown = isOver(file) ? 'none' : shownOf(file);
  if (shown === 'none') return draw('span', { class: 'name' }, name);
  const values = { name: file.name };
  const label = shown === 'video' || shown === 'audio' ? t('Play {name}', values) : t('Open {name}', values);
  const key = `open-${message}-${file.id}`;
  const button = draw(
    'button',
    { type: 'button', class: 'name', 'aria-label': label, 'data-key': key },
    name,
  );
  button.addEventListener(
    'click',
    () => void loadViewer().then(({ openViewer }) => openViewer([file], file, button), showProblem),
  );
  return button;
}

function drawActions({ file, message, conversation, mine }: KeptFile): HTMLElement {
  const save = iconButton(
    'save',
    t('Save {name}', { name: file.name }),
    () => void loadSave().then(({ startSave }) => startSave(file), showProblem),
  );
  const more = iconButton('more', t('More for {name}', { name: file.name }), (anchor) => {
    loadFileMenu()
      .then(({ openFileMenu }) => openFileMenu({ file, conversation, message, mine, anchor, leads: true }))
      .catch(showProblem);
  });
  save.dataset.key = `save-${message}-${file.id}`;
  more.dataset.key = `more-${message}-${file.id}`;
  return draw('div', { class: 'actions' }, ...(isOver(file) ? [] : [save]), more);
}
