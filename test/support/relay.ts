/** The relay on a real database, with people and devices as rows: no keys, because the relay looks into none. */
import { createHash } from 'node:crypto';
import type { DeviceSession } from '../../src/auth/sessions.ts';
import { accountId, bodyId, conversationId, deviceId, fromHex } from '../../src/contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../src/contract/ids.ts';
import { encodePost } from '../../src/contract/post.ts';
import type { Deps, Ports } from '../../src/deps.ts';
import { silent } from '../../src/ops/log.ts';
import {
  BODY_HEADER_BYTES,
  encodeBodyHeader,
  MIN_BODY_BYTES,
  makeBodyId,
} from '../../src/protocol/body-header.ts';
import type { Hub, HubEvent } from '../../src/realtime/hub.ts';
import { createLocalHub } from '../../src/realtime/local.ts';
import { type Audit, createAudit } from '../../src/services/audit.ts';
import { type Conversations, createConversations } from '../../src/services/conversations.ts';
import { createDelivery, type Delivery } from '../../src/services/delivery.ts';
import { createPolicies, type Policies } from '../../src/services/policies.ts';
import { createRecipients, type Recipients } from '../../src/services/recipients.ts';
import type { RoomLimits } from '../../src/services/relay-room.ts';
import { createRetention, type Retention } from '../../src/services/retention.ts';
import { createRosters, type Rosters } from '../../src/services/rosters.ts';
import type { Db, Tx } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

export const DAY_MS = 24 * 3600 * 1000;
const NO_CONVERSATION = '0'.repeat(64) as ConversationId;

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A person with devices, as registration would leave them in the tables; certificates and lists are not real. */
export interface Someone {
  readonly account: AccountId;
  readonly name: string;
  /** Sorted. */
  readonly devices: readonly DeviceId[];
  /** A session on the device of this place. */
  session(index?: number): DeviceSession;
}

/** Inserts a person with `count` devices. */
export async function addPerson(db: Db, now: number, count = 1, name = 'Somebody'): Promise<Someone> {
  const account = accountId(randomBytes(16));
  const devices = Array.from({ length: count }, () => deviceId(randomBytes(16))).sort();
  const nothing = new Uint8Array();
  await db.write(async (tx) => {
    await tx.run(
      'INSERT INTO accounts (id, username, name, role, aik, disabled, created_at) VALUES ($1, $2, $3, $4, $5, 0, $6)',
      [account, account, name, 'member', nothing, now],
    );
    await tx.run(
      'INSERT INTO device_lists (account, version, vault_version, hash, signed) VALUES ($1, 1, 1, $2, $3)',
      [account, nothing, nothing],
    );
    for (const device of devices) await insertDevice(tx, account, device, now);
  });
  return {
    account,
    name,
    devices,
    session: (index = 0) => ({
      id: `${account}${index}`,
      account,
      username: account,
      name,
      role: 'member',
      device: devices[index] ?? deviceId(new Uint8Array(16)),
      challenge: nothing,
      verifiedAt: Date.now(),
      strong: true,
      weak: false,
    }),
  };
}

async function insertDevice(tx: Tx, account: AccountId, device: DeviceId, now: number) {
  const nothing = new Uint8Array();
  await tx.run(
    `INSERT INTO devices (id, account, certificate, certificate_hash, expires_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [device, account, nothing, nothing, now + 180 * DAY_MS, now],
  );
  await tx.run(
    'INSERT INTO signed_prekeys (device, id, statement, prekey_created_at) VALUES ($1, 1, $2, $3)',
    [device, nothing, now],
  );
}

export interface PostOptions {
  readonly sender: Pick<DeviceSession, 'account' | 'device'>;
  readonly conversation?: ConversationId;
  /** Recipient devices, in any order. */
  readonly to: readonly DeviceId[];
  readonly omitted?: readonly DeviceId[];
  /** Name the recipients instead of giving their hash; always so in class 2. */
  readonly named?: boolean;
  readonly id?: BodyId;
  readonly bodyBytes?: number;
}

/** A post that the relay takes: a true header, noise for the rest. */
export function makePost(options: PostOptions): {
  readonly id: BodyId;
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  const id = options.id ?? bodyId(makeBodyId({ random: randomBytes, clock: Date.now }));
  const conversation = options.conversation ?? NO_CONVERSATION;
  const header = encodeBodyHeader({
    suite: 2,
    class: conversation === NO_CONVERSATION ? 2 : 1,
    conversation: fromHex(conversation),
    account: fromHex(options.sender.account),
    device: fromHex(options.sender.device),
    bodyId: fromHex(id),
  });
  const body = randomBytes(Math.max(MIN_BODY_BYTES, options.bodyBytes ?? 700));
  body.set(header, 0);
  if (header.length !== BODY_HEADER_BYTES) throw new Error('the header has another length');
  const to = [...options.to].sort();
  const hash = createHash('sha256');
  for (const device of to) hash.update(fromHex(device));
  const named = options.named ?? conversation === NO_CONVERSATION;
  return {
    id,
    bytes: encodePost({
      body,
      omitted: [...(options.omitted ?? [])].sort(),
      recipients: named ? to : new Uint8Array(hash.digest()),
      envelopes: to.map(() => randomBytes(176)),
    }),
  };
}

/** Any 32 bytes as the id of a conversation. */
export const someConversation = (): ConversationId => conversationId(randomBytes(32));

/** A clock that tests move by hand, epoch milliseconds. */
function manualClock(start = 1_700_000_000_000): Ports['clock'] & { advance(ms: number): void } {
  let now = start;
  return Object.assign(() => now, {
    advance(ms: number) {
      now += ms;
    },
  });
}

export interface TestRelay {
  readonly db: Db;
  readonly hub: Hub;
  readonly clock: ReturnType<typeof manualClock>;
  readonly recipients: Recipients;
  readonly conversations: Conversations;
  readonly rosters: Rosters;
  readonly delivery: Delivery;
  readonly retention: Retention;
  readonly audit: Audit;
  readonly policies: Policies;
  /** Everything the hub was told. */
  readonly events: HubEvent[];
}

/** All of the relay's services over one database, a private one unless a path is given; `room` has other limits of its room. */
export async function openRelay(
  path = ':memory:',
  db: Db = openSqlite(path),
  room?: RoomLimits,
): Promise<TestRelay> {
  await migrate(db);
  const clock = manualClock();
  const local = createLocalHub();
  const events: HubEvent[] = [];
  const hub: Hub = {
    ...local,
    publish(event) {
      events.push(event);
      local.publish(event);
    },
    get size() {
      return local.size;
    },
  };
  const recipients = createRecipients({ db, hub, clock });
  const audit = createAudit({ db, clock, log: silent });
  const policies = createPolicies({ db, hub });
  const conversations = createConversations({ db, hub, clock }, { audit });
  const rosters = createRosters(
    { db, hub, clock, random: randomBytes },
    { devices: recipients, conversations, audit, policies },
  );
  const delivery = createDelivery(
    { db, hub, clock },
    { devices: recipients, conversations, audit, policies },
    room,
  );
  const retention = createRetention({ db, hub, log: silent }, policies);
  return { db, hub, clock, recipients, conversations, rosters, delivery, retention, audit, policies, events };
}

/** Rows of a table, to see that nothing was half written. */
export async function countRows(
  db: Db,
  table: 'messages' | 'bodies' | 'envelopes' | 'conversations' | 'members',
) {
  const [row] = await db.read<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`);
  return row?.count ?? 0;
}

/** Opens a session for a device of this person, as signing in and proving the device would; gives the Cookie header. */
export async function openCookie(
  deps: Pick<Deps, 'db' | 'services'>,
  person: Someone,
  index: number | null = 0,
) {
  const device = index === null ? null : (person.devices[index] ?? null);
  const { token } = await deps.db.write((tx) =>
    deps.services.sessions.open(
      tx,
      person.account,
      device,
      { address: 'test', agent: 'test' },
      { way: 'password', strong: false },
    ),
  );
  return `sotto=${token}`;
}
