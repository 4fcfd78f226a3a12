/** Everything that this device can say of one message: who signed it, whether that holds now, and who has read it. */
import type { BodyId } from '../../contract/ids.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { signingSizes } from '../../protocol/identity.ts';
import { openArchived, verifyBodyEach } from '../../protocol/message.ts';
import { describeSuite } from '../../protocol/suite.ts';
import type { Context } from '../context.ts';
import { deviceName } from '../device-names.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage, timeOf } from '../history.ts';
import { readOriginal } from '../originals.ts';
import { readPeer } from '../peers.ts';
import { readMarks } from './marks.ts';
import type { MessageDetails } from './types.ts';

/** Null for a message that is not here. */
export async function messageDetails(ctx: Context, id: BodyId): Promise<MessageDetails | null> {
  const { storage } = ctx;
  const message = await findMessage(storage, id);
  if (message === null) return null;
  const { device } = message.sender;
  const { edits, readBy } = await readMarks(storage, message.id);
  return {
    message,
    sentAt: message.sentAt,
    receivedAt: timeOf(message.order),
    device,
    deviceName: message.mine ? await deviceName(storage, device) : null,
    proof: await proofOf(ctx, message),
    readBy,
    edits,
  };
}

/** Both signatures are looked at now, each for itself, under the certificate that is pinned now. */
async function proofOf(ctx: Context, message: HistoryMessage): Promise<MessageDetails['proof']> {
  try {
    const original = await readOriginal(ctx.storage, message.id);
    if (original === null) return null;
    const opened = openArchived(original);
    const { suite } = opened.header;
    const strings = describeSuite(suite);
    const key = await signingKeyOf(ctx, message, opened.header.device.toHex());
    // Of suite 1 the classical half of the key is the whole of it.
    const own = key?.subarray(0, signingSizes(suite).publicKey) ?? null;
    const verdicts = own === null ? null : await verifyBodyEach(ctx.crypto, opened, own);
    return {
      version: strings.crypto_version,
      encryption: strings.encryption_algorithm,
      kdf: strings.kdf_algorithm,
      signatures: strings.signatures.map((algorithm, i) => ({
        algorithm,
        valid: verdicts?.[i] ?? null,
      })),
    };
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

/** DIK of a device of the sender, 1,984 bytes; null when the device is not signed for any more. An edit may be of another device. */
async function signingKeyOf(
  { storage, self }: Context,
  { sender }: HistoryMessage,
  device: string,
): Promise<Uint8Array | null> {
  if (device === self.device) return self.signing.publicKey;
  const peer = await readPeer(storage, sender.account);
  const known = peer?.devices.find((each) => each.device === device);
  return known?.signingKey ?? null;
}
