/** A database that cannot grow: the relay refuses in a clear sentence, keeps what it accepted, and goes on when there is room. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPerson, countRows, makePost, openRelay } from '../../test/support/relay.ts';
import { toErrorBody } from '../http/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-full-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('posts are refused with 503, reading and acknowledging go on, and with room so does everything', async () => {
  const { db, clock, conversations, delivery } = await openRelay(join(folder, 'relay.sqlite'));
  const mina = await addPerson(db, clock(), 1, 'Mina');
  const ravi = await addPerson(db, clock(), 1, 'Ravi');
  const { id: conversation } = await conversations.createDirect(mina.session(), ravi.account);
  const [to] = ravi.devices;
  if (to === undefined) throw new Error('no device');
  // The pragma belongs to the writing connection, and that is the one of `write`.
  const limitPages = (more: number) =>
    db.write(async (tx) => {
      const row = await tx.get<{ page_count: number }>('PRAGMA page_count');
      await tx.run(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + more}`);
    });
  const post = () => makePost({ sender: mina.session(), conversation, to: ravi.devices, bodyBytes: 8000 });

  await limitPages(40);
  const accepted: string[] = [];
  let refused: { readonly bytes: Uint8Array<ArrayBuffer>; readonly error: unknown } | null = null;
  for (let tries = 0; refused === null && tries < 200; tries++) {
    const { id, bytes } = post();
    try {
      await delivery.send(mina.session(), bytes);
      accepted.push(id);
    } catch (error) {
      refused = { bytes, error };
    }
  }
  if (refused === null) throw new Error('the disk was never full');
  expect(accepted.length).toBeGreaterThan(5);
  expect(toErrorBody(refused.error)).toEqual({
    status: 503,
    body: { error: 'Unavailable', message: expect.stringContaining('Nothing was lost') },
  });
  // Nothing half written, everything accepted is handed out, in order.
  expect(await countRows(db, 'messages')).toBe(accepted.length);
  expect(await countRows(db, 'envelopes')).toBe(accepted.length);
  const { envelopes } = await delivery.pending(to, 0);
  expect(envelopes.map(({ id }) => String(id))).toEqual(accepted);

  // Who fetches makes room: the same bytes that were refused are taken afterwards.
  const seqs = envelopes.map(({ seq }) => seq);
  await delivery.acknowledge(ravi.session(), seqs);
  expect((await delivery.pending(to, 0)).envelopes).toEqual([]);
  await limitPages(1000);
  await delivery.send(mina.session(), refused.bytes);
  expect((await delivery.pending(to, 0)).envelopes.length).toBe(1);
  await db.close();
});
