/** What a page and its files worker say to each other. A job is one upload; its number is the page's. */
import type { CarriedError } from '../../client/files/carried-errors.ts';
import type { UploadJob } from '../../client/files/ports.ts';
import type { FileId } from '../../contract/files.ts';
import type { AccountId } from '../../contract/ids.ts';

export type ToWorker =
  | {
      /** Sealed and sent, or sealed into the spool alone. */
      readonly type: 'upload' | 'keep';
      readonly job: number;
      readonly account: AccountId;
      readonly file: UploadJob;
      /** Where its bytes are: in this Blob, in the page, which is asked for them, or sealed in the spool alone. */
      readonly source: Blob | 'page' | null;
    }
  | { readonly type: 'abort'; readonly job: number }
  /** Nobody goes on with this file: its spool is let go. */
  | { readonly type: 'release'; readonly job: number; readonly id: FileId }
  /** The answer to an `ask`; an `error` is a sentence. */
  | { readonly type: 'answer'; readonly ask: number; readonly bytes?: Uint8Array; readonly error?: string };

export type FromWorker =
  | { readonly type: 'progress'; readonly job: number; readonly done: number }
  /** Every sealed chunk lies in the spool: the upload goes on without its source from now on. */
  | { readonly type: 'kept'; readonly id: FileId }
  /** Let go; or, of `keep`, begun. */
  | { readonly type: 'released'; readonly job: number }
  /** The page reads its source from `from` to `to`, exclusive. */
  | {
      readonly type: 'read';
      readonly job: number;
      readonly id: FileId;
      readonly ask: number;
      readonly from: number;
      readonly to: number;
    }
  /** These chunks have these hashes; they leave when the page has kept them. */
  | {
      readonly type: 'sealed';
      readonly job: number;
      readonly ask: number;
      readonly hashes: ReadonlyMap<number, Uint8Array>;
    }
  | { readonly type: 'done'; readonly job: number; readonly root: Uint8Array }
  | { readonly type: 'failed'; readonly job: number; readonly error: CarriedError }
  /** The server is of another release. */
  | { readonly type: 'outdated' };
