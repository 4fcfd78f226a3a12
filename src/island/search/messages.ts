/** What a page and its search worker say to each other. Nothing of it leaves the browser. */
import type { Answer } from '../../client/search/history-search.ts';
import type { Names } from '../../client/search/names.ts';
import type { AccountId } from '../../contract/ids.ts';

export type ToWorker =
  /** First of all: whose history it is. */
  | { readonly type: 'open'; readonly account: AccountId }
  | { readonly type: 'ask'; readonly id: number; readonly typed: string; readonly limit: number }
  /** The history has changed. */
  | { readonly type: 'changed' };

export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'names'; readonly names: Names }
  /** How much of the history is indexed, 0 to 1. */
  | { readonly type: 'progress'; readonly share: number }
  /** Everything is indexed that has changed by now. */
  | { readonly type: 'done' }
  /** One sentence. */
  | { readonly type: 'failed'; readonly reason: string };
