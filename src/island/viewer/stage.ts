/** Where the viewer shows one file, until another one is shown there. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

export interface Stage {
  readonly place: HTMLElement;
  /** Aborted when something else is shown, or nothing any more. */
  readonly signal: AbortSignal;
  /** Of what can be made larger (1), smaller (-1), as large as it fits (0); set by what is shown. */
  zoom?: (by: -1 | 0 | 1) => void;
  zoomed?: () => boolean;
}

/** Why nothing is shown. */
export function says(error: unknown): HTMLElement {
  const reason = error instanceof Error ? error.message : t('That did not work. Try again.');
  return draw('div', { class: 'said', role: 'alert' }, draw('p', {}, reason));
}
