/** kill -9 between any two steps of sending and acknowledging: nothing that was answered is lost, nothing is doubled. */
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqlite } from '../../src/store/sqlite.ts';
import { addPerson, countRows, makePost, openRelay, type Someone } from '../support/relay.ts';
import type { Order, Report } from '../support/relay-process.ts';

const PROCESS = resolve(import.meta.dir, '../support/relay-process.ts');
/** Far more than the steps of one round: the last rounds end without a crash. */
const MAX_STEPS = 200;

/** Gives the process orders until it dies or is done; `answered` grows as it says so. */
async function run(path: string, orders: readonly Order[], answered: Set<string>): Promise<boolean> {
  let report: (message: Report | null) => void = () => {};
  const next = () =>
    new Promise<Report | null>((resolve) => {
      report = resolve;
    });
  let reported = next();
  const child = Bun.spawn([process.execPath, PROCESS, path], {
    ipc(message: Report) {
      if (message.kind === 'accepted') answered.add(message.id);
      else report(message);
    },
    onExit: () => report(null),
    stdout: 'inherit',
    stderr: 'inherit',
  });
  let alive = (await reported) !== null;
  for (const order of orders) {
    if (!alive) break;
    reported = next();
    child.send(order);
    alive = (await reported) !== null;
  }
  child.kill('SIGKILL');
  await child.exited;
  return alive;
}

async function pendingIds(path: string, device: string): Promise<{ ids: string[]; seqs: number[] }> {
  const db = openSqlite(path);
  const rows = await db.read<{ id: string; number: number }>(
    'SELECT b.id, e.number FROM envelopes e JOIN bodies b ON b.number = e.number WHERE e.device = $1 ORDER BY e.number',
    [device],
  );
  await db.close();
  return { ids: rows.map(({ id }) => id), seqs: rows.map(({ number }) => number) };
}

async function prepare(path: string): Promise<{ mina: Someone; ravi: Someone; conversation: string }> {
  const relay = await openRelay(path);
  const mina = await addPerson(relay.db, relay.clock());
  const ravi = await addPerson(relay.db, relay.clock(), 2);
  const { id } = await relay.conversations.createDirect(mina.session(), ravi.account);
  await relay.db.close();
  return { mina, ravi, conversation: id };
}

test('a send survives a kill at every step', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-crash-'));
  const path = join(folder, 'relay.sqlite');
  const { mina, ravi, conversation } = await prepare(path);
  const [first, second] = ravi.devices;
  if (!first || !second) throw new Error('no devices');
  const everything: string[] = [];
  let crashes = 0;
  for (let steps = 1; steps <= MAX_STEPS; steps++) {
    const posts = [1, 2].map(() =>
      makePost({ sender: mina.session(), conversation: conversation as never, to: ravi.devices }),
    );
    const send: Order = {
      do: 'send',
      session: mina.session(),
      posts: posts.map(({ bytes }) => bytes.toBase64()),
    };
    const answered = new Set<string>();
    const survived = await run(path, [{ do: 'arm', steps }, send], answered);
    const kept = new Set((await pendingIds(path, first)).ids);
    for (const id of answered) expect(kept.has(id)).toBe(true);
    // What was not answered is repeated, as a client does; the identical bytes make no second message.
    const repeated = new Set<string>();
    expect(await run(path, [send], repeated)).toBe(true);
    expect(repeated.size).toBe(2);
    everything.push(...posts.map(({ id }) => id));
    for (const device of ravi.devices) {
      const { ids } = await pendingIds(path, device);
      expect(ids.toSorted()).toEqual(everything.toSorted());
    }
    if (survived) break;
    crashes++;
  }
  expect(crashes).toBeGreaterThan(12);
  expect(crashes).toBeLessThan(MAX_STEPS);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

test('so does an acknowledgement', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-crash-'));
  const path = join(folder, 'relay.sqlite');
  const { mina, ravi, conversation } = await prepare(path);
  let crashes = 0;
  for (let steps = 1; steps <= MAX_STEPS; steps++) {
    const post = makePost({ sender: mina.session(), conversation: conversation as never, to: ravi.devices });
    await run(path, [{ do: 'send', session: mina.session(), posts: [post.bytes.toBase64()] }], new Set());
    const [own, other] = ravi.devices;
    if (!own || !other) throw new Error('no devices');
    const { seqs } = await pendingIds(path, own);
    const acknowledge: Order = { do: 'acknowledge', session: ravi.session(0), seqs };
    const survived = await run(path, [{ do: 'arm', steps }, acknowledge], new Set());
    if (survived) expect((await pendingIds(path, own)).ids).toEqual([]);
    await run(path, [acknowledge], new Set());
    expect((await pendingIds(path, own)).ids).toEqual([]);
    // The other device has not acknowledged: its envelope and the body are there.
    const { ids, seqs: theirs } = await pendingIds(path, other);
    expect(ids).toEqual([post.id]);
    await run(path, [{ do: 'acknowledge', session: ravi.session(1), seqs: theirs }], new Set());
    const db = openSqlite(path);
    expect(await countRows(db, 'envelopes')).toBe(0);
    expect(await countRows(db, 'bodies')).toBe(0);
    await db.close();
    if (survived) break;
    crashes++;
  }
  expect(crashes).toBeGreaterThan(3);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
