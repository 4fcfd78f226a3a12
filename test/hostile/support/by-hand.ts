/** A member’s device that says what no engine says: sealed by hand, on the device’s own session, with its own keys. */
import type { Address } from '../../../src/client/address.ts';
import { readConversation } from '../../../src/client/conversations.ts';
import { readHead } from '../../../src/client/log-store.ts';
import { type MemoryDisk, MemoryStorage } from '../../../src/client/memory-storage.ts';
import { readSecrets } from '../../../src/client/self.ts';
import { bodyId, fromHex } from '../../../src/contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../../src/contract/ids.ts';
import { encodePost } from '../../../src/contract/post.ts';
import type { Content } from '../../../src/protocol/content.ts';
import { sha256 } from '../../../src/protocol/hash.ts';
import { signingKeyPairFromSecret } from '../../../src/protocol/identity.ts';
import { sealBody } from '../../../src/protocol/message.ts';
import type { Crypto } from '../../../src/protocol/ports.ts';
import { decodeSession, encodeSession, sealEnvelope } from '../../../src/protocol/session.ts';
import { type Client, randomBytes } from './client.ts';

const ZEROS = new Uint8Array(32);

/** What is said instead of what an engine would say. */
export interface Words {
  readonly class: 1 | 2;
  readonly content: Partial<Content> & Pick<Content, 'kind' | 'payload'>;
}

/** A device from inside: its disk, and what it calls itself. Its engine must not be at work. */
export interface Inside {
  readonly disk: MemoryDisk;
  readonly crypto: Crypto;
  readonly account: AccountId;
  readonly device: DeviceId;
}

/** Seals it for one device over the session that sends to it, which must be answered. */
export async function sealByHand(
  { disk, crypto, account, device }: Inside,
  to: Address,
  conversation: ConversationId,
  words: Words,
): Promise<{ readonly id: BodyId; readonly body: Uint8Array; readonly envelope: Uint8Array }> {
  const storage = new MemoryStorage(disk);
  const { signing } = await readSecrets(storage);
  const [entry] = await storage.list('sessions', { prefix: `${to.account}/${to.device}/s/` });
  const head = await readHead(storage);
  const known = await readConversation(storage, conversation);
  if (entry === undefined || head === null) throw new Error('they have not talked yet');
  const id = randomBytes(16);
  const isWord = words.class === 1;
  const sealed = await sealBody(crypto, {
    header: {
      suite: 2,
      class: words.class,
      conversation: isWord ? fromHex(conversation) : ZEROS,
      account: fromHex(account),
      device: fromHex(device),
      bodyId: id,
    },
    content: {
      seq: isWord ? (known?.ownSeq ?? 0) + 1 : 0,
      previous: (isWord && known?.ownHash) || ZEROS,
      rosterHash: isWord ? fromHex(conversation) : ZEROS,
      deviceListsHash: ZEROS,
      ktSize: head.size,
      ktRoot: head.root,
      handshakeRoot: new Uint8Array(),
      sentAt: crypto.clock(),
      ...words.content,
    },
    device: await signingKeyPairFromSecret(crypto, signing),
  });
  const [key, stored] = entry;
  const { session, envelope } = await sealEnvelope(crypto, decodeSession(stored), {
    bodyId: id,
    contentKey: sealed.contentKey,
    bodyHash: sealed.bodyHash,
    handshake: undefined,
  });
  await storage.commit([{ store: 'sessions', key, value: encodeSession(session) }]);
  return { id: bodyId(id), body: sealed.body, envelope };
}

/** Seals it, and posts it like any other message. The engine of `from` must be closed. */
export async function sayByHand(
  from: Client,
  to: Address,
  conversation: ConversationId,
  words: Words,
): Promise<BodyId> {
  const { disk, crypto, account, device } = from;
  const { id, body, envelope } = await sealByHand({ disk, crypto, account, device }, to, conversation, words);
  const recipients = words.class === 1 ? sha256(fromHex(to.device)) : [to.device];
  await from.transport.post(encodePost({ body, omitted: [], recipients, envelopes: [envelope] }));
  return id;
}
