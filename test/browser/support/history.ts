/** History that a browser never received: written into its storage the way the client would have, sealed there. */
import type { Page } from 'playwright-core';
import type { HistoryMessage } from '../../../src/client/engine-types.ts';
import { orderOf, UNMARKED } from '../../../src/client/history.ts';
import { bodyId } from '../../../src/contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../../../src/contract/ids.ts';

export interface Writer {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly mine: boolean;
}

/** The id of the n-th message that `manyMessages` makes. */
export function idOf(n: number): ReturnType<typeof bodyId> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n + 1);
  return bodyId(bytes);
}

/** `count` messages by turns of two people, the last one `before` this time, one in three minutes. */
export function manyMessages(
  conversation: ConversationId,
  writers: readonly [Writer, Writer],
  count: number,
  before: number,
): readonly HistoryMessage[] {
  return Array.from({ length: count }, (_, n) => {
    const { account, device, mine } = writers[Math.floor(n / 3) % 2 === 0 ? 0 : 1];
    const sentAt = before - (count - n) * 180_000;
    return {
      id: idOf(n),
      conversation,
      order: orderOf(sentAt, device, 0),
      sender: { account, device },
      mine,
      sentAt,
      kind: 'text',
      text: `Entry ${n}. ${'More of it, **with** marks and `code`. '.repeat(n % 7)}`,
      verified: true,
      status: mine ? 'Read' : null,
      reason: null,
      note: null,
      suite: 2,
      ...UNMARKED,
    };
  });
}

/** Puts them into the page's own storage. */
export async function fillHistory(page: Page, messages: readonly HistoryMessage[]): Promise<void> {
  const records = messages.flatMap(({ sender, previousId: _, ...rest }) => {
    const key = `m/${rest.conversation}/${rest.order}`;
    return [
      [key, JSON.stringify({ ...rest, ...sender })],
      [`i/${rest.id}`, JSON.stringify(key)],
    ] as const;
  });
  await page.evaluate(async (all) => {
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [known] = (await indexedDB.databases()).filter(({ name }) => name?.startsWith('sotto-'));
    const database = await finished(indexedDB.open(known?.name ?? ''));
    const key: unknown = await finished(database.transaction('local').objectStore('local').get('key'));
    if (!(key instanceof CryptoKey)) throw new Error('this browser is locked');
    const utf8 = new TextEncoder();
    const sealed = await Promise.all(
      all.map(async ([name, json]) => {
        const nonce = crypto.getRandomValues(new Uint8Array(12));
        const place = utf8.encode(JSON.stringify(['sotto/2/local', 1, 'history', name]));
        const box = await crypto.subtle.encrypt(
          { name: 'AES-GCM', iv: nonce, additionalData: place },
          key,
          utf8.encode(json),
        );
        const record = new Uint8Array(12 + box.byteLength);
        record.set(nonce);
        record.set(new Uint8Array(box), 12);
        return [name, record] as const;
      }),
    );
    const transaction = database.transaction('history', 'readwrite');
    for (const [name, record] of sealed) transaction.objectStore('history').put(record, name);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
    });
    database.close();
  }, records);
}
