/** What a page and the worker that opens files say to each other. */
import type { CarriedError } from '../../client/files/carried-errors.ts';
import type { FileView } from '../../client/files/view.ts';

/** Each read has a number of the page's. Pieces come one for each `next`. */
export type ToReader =
  | {
      readonly type: 'read';
      readonly read: number;
      readonly file: FileView;
      readonly from: number;
      readonly to: number;
    }
  | { readonly type: 'next' | 'stop'; readonly read: number };
export type FromReader =
  | { readonly type: 'piece'; readonly read: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'end'; readonly read: number }
  | { readonly type: 'failed'; readonly read: number; readonly error: CarriedError }
  /** Chunks could come from this origin, with which this worker may not speak. */
  | { readonly type: 'direct'; readonly origin: string }
  /** The server is of another release. */
  | { readonly type: 'outdated' };
