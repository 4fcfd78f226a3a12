/** What a record from anywhere but one's own backup and devices is worth: its original's signatures decide [R19]. */
import { accountId, bodyId, conversationId, deviceId } from '../../contract/bytes.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { verifyBody } from '../../protocol/message.ts';
import type { Context } from '../context.ts';
import { isSameFiles } from '../files/view.ts';
import { readWords } from '../originals.ts';
import { findDevice, readPeer } from '../peers.ts';
import type { ArchivedMessage } from './record.ts';

/**
 * Whether the pinned device of this sender has signed these very words, as a message of this conversation and of this id.
 * A device that is not pinned here (any more) proves nothing: false.
 */
export async function isProven(ctx: Context, record: ArchivedMessage): Promise<boolean> {
  const { original, sender } = record;
  if (original === null) return false;
  const peer = await readPeer(ctx.storage, sender.account);
  const device = peer === null ? null : findDevice(peer, sender.device);
  return device !== null && isSignedBy(ctx, record, device.signingKey);
}

/** The same under a signing key (1,984 bytes) that the caller knows to be that device's. */
async function isSignedBy(
  ctx: Pick<Context, 'crypto'>,
  { id, conversation, sender, kind, text, files, original }: ArchivedMessage,
  signingKey: Uint8Array,
): Promise<boolean> {
  if (original === null) return false;
  try {
    const words = readWords(original);
    if (words === null || words.id !== id || kind !== 'text' || words.text !== text) return false;
    // An edit proves its words alone, so files beside them would be anybody's.
    if (!isSameFiles(words.about?.files ?? [], files)) return false;
    const { header } = words.opened;
    const isSame =
      conversationId(header.conversation) === conversation &&
      accountId(header.account) === sender.account &&
      // An edit may come from another device of the same person; then that one's key is asked for.
      (deviceId(header.device) === sender.device || bodyId(header.bodyId) !== id);
    return isSame && (await verifyBody(ctx.crypto, words.opened, signingKey));
  } catch (error) {
    if (isProtocolError(error)) return false;
    throw error;
  }
}
