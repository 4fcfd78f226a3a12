/** A member’s device that says what no engine says: sealed by hand, on the device’s own session, with its own keys. */
import { readConversation } from '../../../src/client/conversations.ts';
import { readHead } from '../../../src/client/log-store.ts';
import { MemoryStorage } from '../../../src/client/memory-storage.ts';
import { readSecrets } from '../../../src/client/self.ts';
import { bodyId, fromHex } from '../../../src/contract/bytes.ts';
import type { BodyId, ConversationId } from '../../../src/contract/ids.ts';
import { encodePost } from '../../../src/contract/post.ts';
import type { BodyHeader } from '../../../src/protocol/body-header.ts';
import type { Content } from '../../../src/protocol/content.ts';
import { sha256 } from '../../../src/protocol/hash.ts';
import { signingKeyPairFromSecret } from '../../../src/protocol/identity.ts';
import { sealBody } from '../../../src/protocol/message.ts';
import { decodeSession, encodeSession, sealEnvelope } from '../../../src/protocol/session.ts';
import { type Client, randomBytes } from './client.ts';

const ZEROS = new Uint8Array(32);

/** What is said instead of what an engine would say. */
export interface Words {
  readonly class: 1 | 2;
  readonly content: Partial<Content> & Pick<Content, 'kind' | 'payload'>;
  readonly header?: Partial<BodyHeader>;
}

/** The keys and the place of a closed device. */
async function insideOf(from: Client) {
  const storage = new MemoryStorage(from.disk);
  const { signing } = await readSecrets(storage);
  return { storage, device: await signingKeyPairFromSecret(from.crypto, signing) };
}

/**
 * Says it to one device over the session that sends to it, which must be answered. The engine of `from` must be closed.
 * @returns the id of the body
 */
export async function sayByHand(
  from: { readonly client: Client; readonly account: string; readonly device: string },
  to: { readonly account: string; readonly device: string },
  conversation: ConversationId,
  words: Words,
): Promise<BodyId> {
  const { storage, device } = await insideOf(from.client);
  const [entry] = await storage.list('sessions', { prefix: `${to.account}/${to.device}/s/` });
  const head = await readHead(storage);
  const known = await readConversation(storage, conversation);
  if (entry === undefined || head === null || known === null) throw new Error('they have not talked yet');
  const id = randomBytes(16);
  const isWord = words.class === 1;
  const { crypto } = from.client;
  const sealed = await sealBody(crypto, {
    header: {
      suite: 2,
      class: words.class,
      conversation: isWord ? fromHex(conversation) : ZEROS,
      account: fromHex(from.account),
      device: fromHex(from.device),
      bodyId: id,
      ...words.header,
    },
    content: {
      seq: isWord ? known.ownSeq + 1 : 0,
      previous: isWord ? known.ownHash : ZEROS,
      rosterHash: isWord ? fromHex(conversation) : ZEROS,
      deviceListsHash: ZEROS,
      ktSize: head.size,
      ktRoot: head.root,
      handshakeRoot: new Uint8Array(),
      sentAt: crypto.clock(),
      ...words.content,
    },
    device,
  });
  const [key, stored] = entry;
  const { session, envelope } = await sealEnvelope(crypto, decodeSession(stored), {
    bodyId: id,
    contentKey: sealed.contentKey,
    bodyHash: sealed.bodyHash,
    handshake: undefined,
  });
  await storage.commit([{ store: 'sessions', key, value: encodeSession(session) }]);
  await from.client.transport.post(
    encodePost({
      body: sealed.body,
      omitted: [],
      recipients: isWord ? sha256(fromHex(to.device)) : [to.device as never],
      envelopes: [envelope],
    }),
  );
  return bodyId(id);
}
