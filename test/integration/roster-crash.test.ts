/** kill -9 at any step of making a group or changing its members: the event and what follows from it, or nothing of both. */
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ConversationId } from '../../src/contract/ids.ts';
import { applyRosterEvent, beginRoster, type Roster } from '../../src/protocol/roster.ts';
import {
  DEFAULT_POLICY,
  decodeRosterEvent,
  ROSTER_OPS,
  type RosterEvent,
} from '../../src/protocol/roster-event.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import {
  type Actor,
  addActor,
  firstEvent,
  nextEvent,
  type SignedEvent,
  subjectOf,
} from '../support/group.ts';
import { addPerson, openRelay, type Someone } from '../support/relay.ts';
import type { Order, Report } from '../support/relay-process.ts';

const PROCESS = resolve(import.meta.dir, '../support/relay-process.ts');
/** Far more than the steps of one event. */
const MAX_STEPS = 60;

/** Gives a new process its orders; true when the last one was answered. */
async function run(path: string, orders: readonly Order[]): Promise<boolean> {
  let heard: (report: Report | null) => void = () => {};
  let accepted = false;
  const next = () =>
    new Promise<Report | null>((settle) => {
      heard = settle;
    });
  let reported = next();
  const child = Bun.spawn([process.execPath, PROCESS, path], {
    ipc(report: Report) {
      if (report.kind === 'accepted') accepted = true;
      else heard(report);
    },
    onExit: () => heard(null),
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
  return accepted;
}

/** What is on the disk of a group: its chain as it was handed in, and what the tables say follows from it. */
async function onDisk(path: string, id: ConversationId) {
  const db = openSqlite(path);
  const events = await db.read<{ epoch: number; event: Uint8Array; known: number }>(
    `SELECT e.epoch, e.event, (SELECT COUNT(*) FROM roster_certificates c WHERE c.hash = e.certificate) AS known
     FROM roster_events e WHERE e.conversation = $1 ORDER BY e.epoch`,
    [id],
  );
  const members = await db.read<{ account: string; role: number }>(
    'SELECT account, role FROM members WHERE conversation = $1 ORDER BY account',
    [id],
  );
  const former = await db.read<{ account: string }>(
    'SELECT account FROM former_members WHERE conversation = $1 ORDER BY account',
    [id],
  );
  const [group] = await db.read<{ epoch: number; is_open: number; title: string }>(
    'SELECT epoch, is_open, title FROM conversations WHERE id = $1',
    [id],
  );
  await db.close();
  let roster: Roster | null = null;
  for (const { event, known } of events) {
    expect(known).toBe(1);
    const decoded = decodeRosterEvent(event);
    roster = roster === null ? beginRoster(decoded) : applyRosterEvent(roster, decoded);
  }
  return { roster, members, former, group };
}

function expectWhole(
  { roster, members, former, group }: Awaited<ReturnType<typeof onDisk>>,
  gone: readonly Someone[],
): void {
  if (!roster) {
    expect({ members, former, group }).toEqual({ members: [], former: [], group: undefined });
    return;
  }
  const expected = [...roster.members].map(([account, { role }]) => ({ account, role }));
  expect(members).toEqual(expected.sort((a, b) => (a.account < b.account ? -1 : 1)));
  expect(group).toEqual({ epoch: roster.epoch, is_open: roster.policy.open, title: roster.policy.title });
  const left = gone.map(({ account }) => account).filter((account) => !roster.members.has(account));
  expect(former.map(({ account }) => account)).toEqual(roster.epoch === 0 ? [] : left.toSorted());
}

const order = (by: Actor, { signed, id }: SignedEvent): Order => ({
  do: 'roster',
  session: by.session(),
  id: decodeRosterEvent(signed).event.epoch === 0 ? null : id,
  event: signed.toBase64(),
});

test('a group and its next event are there whole or not at all, and the same bytes bring them in [R12]', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-roster-crash-'));
  const path = join(folder, 'relay.sqlite');
  const relay = await openRelay(path);
  const now = relay.clock();
  const olga = await addActor(relay.db, now, 1, 'Olga');
  const [mina, ravi, eve] = [
    await addPerson(relay.db, now, 1, 'Mina'),
    await addPerson(relay.db, now, 1, 'Ravi'),
    await addPerson(relay.db, now, 1, 'Eve'),
  ];
  await relay.db.close();
  const changes: readonly (() => Partial<RosterEvent>)[] = [
    () => ({ op: ROSTER_OPS.remove, subjects: [subjectOf(mina, 0), subjectOf(ravi, 0)] }),
    () => ({ op: ROSTER_OPS.add, subjects: [subjectOf(eve)] }),
    () => ({ op: ROSTER_OPS.policy, policy: { ...DEFAULT_POLICY, open: 1, title: 'Square' } }),
  ];
  let crashes = 0;
  let survived = false;
  for (let steps = 1; steps <= MAX_STEPS && !survived; steps++) {
    const first = await firstEvent(olga, [subjectOf(mina), subjectOf(ravi)], { time: now });
    const create = order(olga, first);
    survived = await run(path, [{ do: 'arm', steps }, create]);
    const made = await onDisk(path, first.id);
    expectWhole(made, []);
    if (survived) expect(made.roster).not.toBeNull();
    expect(await run(path, [create])).toBe(true);

    const next = await nextEvent(first.roster(), olga, changes[steps % changes.length]?.());
    const append = order(olga, next);
    const answered = await run(path, [{ do: 'arm', steps }, append]);
    const changed = await onDisk(path, first.id);
    expectWhole(changed, [mina, ravi]);
    if (answered) expect(changed.roster).toEqual(next.roster());
    expect(await run(path, [append])).toBe(true);
    const last = await onDisk(path, first.id);
    expectWhole(last, [mina, ravi]);
    expect(last.roster).toEqual(next.roster());
    survived &&= answered;
    crashes++;
  }
  expect(survived).toBe(true);
  expect(crashes).toBeGreaterThan(8);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
