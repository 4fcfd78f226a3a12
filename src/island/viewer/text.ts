/** Text and code as characters, the beginning of a long one. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { openAs } from './opened.ts';
import type { Stage } from './stage.ts';

/** Bytes of a text that are shown, at most. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** @throws FileProblem, Error with a sentence */
export async function showText({ place, signal }: Stage, file: FileView): Promise<void> {
  const { bytes } = await openAs(file, 'text');
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of bytes.read(0, Math.min(file.size, MAX_TEXT_BYTES), { signal }))
    text += decoder.decode(piece, { stream: true });
  if (signal.aborted) return;
  const shown = draw('pre', { tabindex: '0', dir: 'auto', 'aria-label': file.name }, text);
  place.replaceChildren(shown);
  if (file.size > MAX_TEXT_BYTES) {
    const part = t('The first {part} of {size}: save it for the rest.', {
      part: byteSize(MAX_TEXT_BYTES),
      size: byteSize(file.size),
    });
    place.append(draw('p', { class: 'note' }, part));
  }
  shown.focus();
}
