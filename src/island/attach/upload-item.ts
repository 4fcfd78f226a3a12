/** One file on its way: how far it is, and what can be done about it. */

import type { Files, Upload } from '../../client/files/types.ts';
import { t } from '../../contract/words.ts';
import { byteSize, partOf } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { iconOf } from '../file-card/kind.ts';
import { showProblem } from '../problem.ts';
import { blobSource } from './blob-source.ts';

export class UploadItem {
  readonly element: HTMLElement;
  readonly #files: Files;
  readonly #about = draw('small');
  readonly #bar: HTMLProgressElement;
  readonly #reason = draw('p', { class: 'reason', role: 'status' });
  readonly #again: HTMLButtonElement;
  readonly #choose: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  readonly #picker = draw('input', { type: 'file', hidden: true });
  #upload: Upload;

  constructor(files: Files, upload: Upload) {
    this.#files = files;
    this.#upload = upload;
    const { name } = upload;
    this.#bar = draw('progress', { 'aria-label': name, max: '1' });
    this.#again = button(t('Retry'), name, () => files.retry(upload.id));
    this.#choose = button(t('Choose the file again'), name, async () => this.#picker.click());
    this.#cancel = button(t('Cancel'), name, () => files.cancel(upload.id));
    this.#cancel.className = 'cancel';
    this.#cancel.title = t('Cancel');
    this.#cancel.replaceChildren();
    this.#picker.addEventListener('change', () => this.#picked());
    this.element = draw(
      'li',
      {},
      draw('span', { class: `icon icon-${iconOf(upload)}` }),
      draw('span', { class: 'words' }, draw('bdi', { title: name }, name), this.#about),
      this.#cancel,
      this.#bar,
      this.#reason,
      this.#again,
      this.#choose,
      this.#picker,
    );
  }

  show(upload: Upload): void {
    this.#upload = upload;
    this.redraw();
  }

  redraw(): void {
    const { state, done, size, reason } = this.#upload;
    this.element.dataset.state = state;
    write(this.#about, state === 'done' ? t('{size}, sent', { size: byteSize(size) }) : partOf(done, size));
    // An empty file is all there, or not yet.
    this.#bar.value = size === 0 ? Number(state === 'done') : done / size;
    write(this.#reason, reason ?? this.#waiting());
    this.#again.hidden = state !== 'failed';
    this.#choose.hidden = state !== 'lost';
  }

  #waiting(): string {
    const { state } = this.#upload;
    if ((state !== 'waiting' && state !== 'running') || navigator.onLine) return '';
    return t('Offline: it goes on by itself when the network is back.');
  }

  #picked(): void {
    const [file] = this.#picker.files ?? [];
    this.#picker.value = '';
    if (file) this.#files.retry(this.#upload.id, blobSource(file)).catch(showProblem);
  }
}

function button(words: string, name: string, act: () => Promise<void>): HTMLButtonElement {
  const made = draw('button', { type: 'button', 'aria-label': `${words}: ${name}` }, words);
  made.addEventListener('click', () => {
    act().catch(showProblem);
  });
  return made;
}

function write(place: HTMLElement, words: string): void {
  if (place.textContent !== words) place.textContent = words;
}
