/**
 * The exchange between two devices of one account that ends in six words on both screens: the one that takes commits to a nonce
 * before it knows the other's, so nobody, and no server between them, can steer the words (protocol/README 7,
 * "History for others").
 */
import { fromHex } from '../../contract/bytes.ts';
import { type ParcelId, parcelId } from '../../contract/parcels.ts';
import { sentence } from '../../contract/words.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { type ParcelPayload, type TransferPayload, transferPayload } from '../../protocol/parcel.ts';
import { transferWords } from '../../protocol/transfer-words.ts';
import type { Address } from '../address.ts';
import type { Context } from '../context.ts';
import { queueErrand } from '../errands.ts';
import type { Operation } from '../operation.ts';
import { listTransfers, readTransfer, type Transfer, writeTaking, writeTransfer } from './stored.ts';
import { MAX_TRANSFERS, TRANSFER_WAITS_MS } from './types.ts';
import { goOn } from './work.ts';

const ZEROS = new Uint8Array(32);
const CALLED_OFF = sentence('It was called off on the other device.');
const OTHER_WORDS = sentence(
  'The two devices did not agree on words: somebody may stand between them. Nothing was given.',
);

/** Says a step to the other device. */
export async function say(
  op: Operation,
  ctx: Context,
  { id, device }: Pick<Transfer, 'id' | 'device'>,
  step: TransferPayload['step'],
  value: Uint8Array = ZEROS,
): Promise<void> {
  const payload = transferPayload.encode({ id: fromHex(id), step, value });
  await queueErrand(op, ctx, { to: [{ account: ctx.self.account, device }], kind: 'transfer', payload });
}

/** The words of an exchange in which both nonces are known; none before. */
export function wordsOf(ctx: Context, transfer: Transfer): readonly string[] {
  if (!transfer.revealed) return [];
  const takes = transfer.role === 'takes';
  const other = fromHex(transfer.device);
  return transferWords({
    account: ctx.self.accountBytes,
    begins: takes ? ctx.self.deviceBytes : other,
    answers: takes ? other : ctx.self.deviceBytes,
    firstNonce: takes ? transfer.nonce : transfer.other,
    secondNonce: takes ? transfer.other : transfer.nonce,
  });
}

/** A step of another device of this account; anybody else's is left alone. */
export async function takeStep(
  op: Operation,
  ctx: Context,
  from: Address,
  { id: bytes, step, value }: TransferPayload,
): Promise<void> {
  if (from.account !== ctx.self.account || from.device === ctx.self.device) return;
  const id = parcelId(bytes);
  if (step === 'begin') return takeBegin(op, ctx, from, id, value);
  const transfer = await readTransfer(op, id);
  if (transfer === null || transfer.device !== from.device) return;
  if (step === 'end') {
    if (transfer.state === 'waiting' || transfer.state === 'compare')
      writeTransfer(op, { ...transfer, state: 'failed', reason: CALLED_OFF });
  } else if (step === 'answer' && transfer.role === 'takes' && transfer.state === 'waiting') {
    writeTransfer(op, { ...transfer, other: value, revealed: true, state: 'compare' });
    await say(op, ctx, transfer, 'reveal', transfer.nonce);
  } else if (step === 'reveal' && transfer.role === 'gives' && transfer.state === 'waiting') {
    if (equalBytes(hash(value), transfer.other))
      writeTransfer(op, { ...transfer, other: value, revealed: true, state: 'compare' });
    else writeTransfer(op, { ...transfer, state: 'failed', reason: OTHER_WORDS });
  }
}

async function takeBegin(
  op: Operation,
  ctx: Context,
  from: Address,
  id: ParcelId,
  commitment: Uint8Array,
): Promise<void> {
  if ((await readTransfer(op, id)) !== null) return;
  const open = (await listTransfers(op)).filter((each) => isOpen(ctx, each));
  if (open.length >= MAX_TRANSFERS) return;
  const nonce = ctx.crypto.random(32);
  const transfer: Transfer = {
    id,
    role: 'gives',
    device: from.device,
    nonce,
    other: commitment,
    revealed: false,
    state: 'waiting',
    at: ctx.now(),
    messages: 0,
    reason: null,
  };
  writeTransfer(op, transfer);
  await say(op, ctx, transfer, 'answer', nonce);
}

/** Neither ended nor forgotten. */
export const isOpen = (ctx: Context, { state, at }: Transfer): boolean =>
  state === 'moving' || ((state === 'waiting' || state === 'compare') && ctx.now() - at < TRANSFER_WAITS_MS);

/** The parcel of an exchange whose words this device has shown; false for any other. */
export async function takeOwnParcel(
  op: Operation,
  ctx: Context,
  from: Address,
  parcel: ParcelPayload,
): Promise<boolean> {
  const id = parcelId(parcel.id);
  const transfer = await readTransfer(op, id);
  if (transfer === null || from.account !== ctx.self.account || transfer.device !== from.device) return false;
  if (transfer.role !== 'takes' || transfer.state !== 'compare') return true;
  writeTransfer(op, { ...transfer, state: 'moving' });
  writeTaking(op, {
    id,
    from,
    conversation: null,
    key: parcel.key,
    parts: parcel.parts,
    next: 0,
    messages: 0,
    damaged: false,
  });
  op.afterwards.push(() => ctx.tasks.run(() => goOn(ctx)));
  return true;
}
