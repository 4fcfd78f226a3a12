/** What stands around a file: where it was said, and what can be looked at beside it. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';

export interface Around {
  readonly message: HistoryMessage;
  /** Files of the message that the viewer shows, in order. */
  readonly seen: readonly FileView[];
}
