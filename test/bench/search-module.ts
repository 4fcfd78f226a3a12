/** What the search bench drives in a page: storage as the island has it, sealed. */
import { accountId } from '../../src/contract/bytes.ts';
import { openStore } from '../browser/support/storage-module.ts';
import { type SearchWork, searchWork } from './search-work.ts';

export async function searchInPage(messages: number): Promise<SearchWork> {
  const { storage } = await openStore(accountId(crypto.getRandomValues(new Uint8Array(16))));
  return searchWork(storage, messages);
}
