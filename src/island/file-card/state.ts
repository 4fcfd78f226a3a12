/** The line of a file that says what is happening to it: over, being saved, waiting, damaged. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { partOf } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { cancelSave, jobOf, onSave, type SaveJob } from '../save/job.ts';
import { isOver } from './kind.ts';

/** A line that follows the file for as long as it is in a page. @param words said while nothing happens; empty for none */
export function stateLine(file: FileView, words = ''): HTMLElement {
  const line = draw('p', { class: 'state' });
  const rest = () => {
    line.replaceChildren(isOver(file) ? t('Expired: the server has deleted it.') : words);
    line.className = 'state';
    line.hidden = line.textContent === '';
  };
  const show = () => {
    const job = jobOf(file.id);
    if (!job) return rest();
    line.hidden = false;
    line.className = job.state === 'failed' ? 'state bad' : 'state';
    drawJob(line, file, job);
  };
  show();
  const end = onSave((id) => {
    if (id !== file.id) return;
    if (line.isConnected) show();
    // Drawn anew elsewhere, or scrolled out of what is drawn.
    else end();
  });
  return line;
}

/** Elements stay while they may have the focus. */
function drawJob(line: HTMLElement, file: FileView, job: SaveJob): void {
  const { state, done, reason } = job;
  const end = { done: t('Saved.'), failed: t('Not saved: {reason}', { reason }), running: '', waiting: '' }[
    state
  ];
  if (end !== '') {
    line.replaceChildren(end);
    return;
  }
  if (!line.querySelector('progress')) {
    const label = t('Saving {name}', { name: file.name });
    const button = draw('button', { type: 'button' }, t('Cancel'));
    button.addEventListener('click', () => cancelSave(file.id));
    line.replaceChildren(draw('progress', { 'aria-label': label, max: '1' }), draw('span'), button);
  }
  const progress = line.querySelector('progress');
  if (progress) progress.value = file.size === 0 ? 1 : done / file.size;
  const words = line.querySelector('span');
  if (words) words.textContent = state === 'waiting' ? reason : partOf(done, file.size);
}
