/** What a person does about history between their own devices: loaded when somebody looks at it. */
import { type ParcelId, parcelId } from '../../contract/parcels.ts';
import { say as spoken, t } from '../../contract/words.ts';
import { hash } from '../../protocol/hash.ts';
import type { Context } from '../context.ts';
import { listDevices } from '../own-devices.ts';
import { isOpen, say, wordsOf } from './exchange.ts';
import {
  listTransfers,
  readTaking,
  readTransfer,
  removeUnderWay,
  type Transfer,
  writeGiving,
  writeTransfer,
} from './stored.ts';
import { TRANSFER_WAITS_MS, type Transfers, type TransferView } from './types.ts';
import { goOn } from './work.ts';

const ENDED = () => t('This is over. Begin again on the device that wants the history.');

export function openTransfers(ctx: Context): Transfers {
  const view = async (
    transfer: Transfer,
    names: ReadonlyMap<string, string | null>,
  ): Promise<TransferView> => {
    const { id, role, device, state, messages, reason } = transfer;
    const taking = await readTaking(ctx.storage, id);
    const isForgotten = (state === 'waiting' || state === 'compare') && !isOpen(ctx, transfer);
    return {
      id,
      role,
      device,
      deviceName: names.get(device) ?? null,
      state: isForgotten ? 'failed' : state,
      words: wordsOf(ctx, transfer),
      moved: messages,
      done: taking?.next ?? 0,
      total: taking?.parts ?? 0,
      reason: isForgotten ? ENDED() : reason === null ? null : spoken(reason),
    };
  };

  return {
    async list() {
      const names = new Map((await listDevices(ctx)).map(({ device, name }) => [device, name]));
      const all = [...(await listTransfers(ctx.storage))].sort((a, b) => b.at - a.at);
      return Promise.all(all.map((each) => view(each, names)));
    },

    async begin(device) {
      const own = (await listDevices(ctx)).find((each) => each.device === device);
      if (own === undefined || own.current) throw new Error(t('This is not another device of yours.'));
      const id = parcelId(ctx.crypto.random(16));
      const nonce = ctx.crypto.random(32);
      await ctx.operate(async (op) => {
        const transfer: Transfer = {
          id,
          role: 'takes',
          device,
          nonce,
          other: new Uint8Array(),
          revealed: false,
          state: 'waiting',
          at: ctx.now(),
          messages: 0,
          reason: null,
        };
        writeTransfer(op, transfer);
        await say(op, ctx, transfer, 'begin', hash(nonce));
      });
      ctx.tasks.later(`transfer/${id}`, TRANSFER_WAITS_MS, async () => ctx.emit({ type: 'transfers' }));
      return id;
    },

    async accept(id) {
      await ctx.operate(async (op) => {
        const transfer = await readTransfer(op, id);
        if (transfer?.role !== 'gives' || transfer.state !== 'compare' || !isOpen(ctx, transfer))
          throw new Error(ENDED());
        writeTransfer(op, { ...transfer, state: 'moving' });
        writeGiving(op, {
          id,
          to: { account: ctx.self.account, device: transfer.device },
          conversation: null,
          since: 0,
          key: ctx.crypto.random(32),
          part: 0,
          before: null,
          messages: 0,
        });
      });
      ctx.tasks.run(() => goOn(ctx));
    },

    end: (id: ParcelId) =>
      ctx.operate(async (op) => {
        const transfer = await readTransfer(op, id);
        if (transfer === null) return;
        if (transfer.state === 'waiting' || transfer.state === 'compare') await say(op, ctx, transfer, 'end');
        removeUnderWay(op, 'give', id);
        removeUnderWay(op, 'take', id);
        removeUnderWay(op, 'transfer', id);
      }),
  };
}
