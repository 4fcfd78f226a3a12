/**
 * A relay in memory that keeps the contract (order per device, 409, idempotency, expiry, prekey hand-out), with knobs
 * that turn it into a broken or a hostile one. For tests of the engine: no sockets, no disk.
 */
import type { DirectoryEntry, PrekeyBundleRecord } from '../../contract/accounts.ts';
import { bodyId, conversationId, deviceId, fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../contract/ids.ts';
import { PREKEY_BATCH } from '../../contract/limits.ts';
import { decodePost } from '../../contract/post.ts';
import type { ConversationRecord, Delivery, RosterRecord, ServerFrame } from '../../contract/relay.ts';
import { sha256 } from '../../protocol/hash.ts';
import { decodeBodyHeader } from '../../protocol/message.ts';
import { decodePrekeyBatch, prekeyPath } from '../../protocol/prekeys.ts';
import { directId } from '../conversations.ts';
import { type Clock, type DevicePolicies, TransportRefused } from '../ports.ts';
import { FakeBackups } from './backups.ts';
import { FakeLog } from './log.ts';
import { FakeParcels } from './parcels.ts';
import { lost, refused } from './refusals.ts';
import { FakeRosters } from './rosters.ts';
import { FakeFiles } from './stored-files.ts';
import { FakeSharing } from './stored-links.ts';

interface RelayDevice {
  readonly device: DeviceId;
  readonly account: AccountId;
  signedPrekey: string;
  oneTime: NonNullable<PrekeyBundleRecord['oneTime']>[];
  readonly queue: Delivery[];
  seq: number;
  listener: ((frame: ServerFrame) => void) | null;
}

interface RelayBody {
  readonly post: string;
  readonly class: 1 | 2;
  readonly sender: DeviceId;
  readonly acceptedAt: number;
  readonly recipients: number;
  readonly pending: Set<DeviceId>;
  readonly delivered: Set<DeviceId>;
  readonly expired: Set<DeviceId>;
}

/** What a test may bend. Every knob is honest when left alone. */
export interface Knobs {
  /** Called before each request is looked at; what it throws is the answer. */
  request: (call: string, device: DeviceId) => void;
  /** Called after the relay has done its work; what it throws replaces the answer. */
  answer: (call: string, device: DeviceId) => void;
  /** What becomes of a delivery on its way into a device's queue. */
  deliver: (to: DeviceId, delivery: Delivery) => readonly Delivery[];
  /** What the relay says of an account. */
  directory: (entry: DirectoryEntry) => DirectoryEntry;
  /** Whom the relay takes for the members of a conversation. */
  members: (conversation: ConversationId, members: readonly AccountId[]) => readonly AccountId[];
  /** Which log a device is shown. */
  log: (device: DeviceId, log: FakeLog) => FakeLog;
  /** How many one-time keys the relay says a device has left. */
  stock: (remaining: number) => number;
  /** What the relay says of a group's roster to an account. */
  roster: (to: AccountId, conversation: ConversationId, record: RosterRecord) => RosterRecord;
  /** Which bundle the relay hands out. */
  bundle: (bundle: PrekeyBundleRecord) => PrekeyBundleRecord | null;
}

const DAY_MS = 24 * 3600_000;

export class FakeRelay {
  readonly people = new Map<AccountId, DirectoryEntry>();
  readonly log: FakeLog;
  readonly devices = new Map<DeviceId, RelayDevice>();
  readonly conversations = new Map<ConversationId, ConversationRecord>();
  readonly rosters = new FakeRosters(this);
  readonly backups: FakeBackups;
  readonly parcels = new FakeParcels();
  readonly files = new FakeFiles(
    () => this.clock(),
    (id) => this.conversations.get(id)?.members ?? [],
  );
  readonly sharing = new FakeSharing(() => this.clock());
  /** As the workspace has decided. */
  policies: DevicePolicies = { relayDays: 7, history: 'none', suite: 2 };
  readonly bodies = new Map<BodyId, RelayBody>();
  /** Every post that was accepted, as it came. */
  readonly posts: { readonly from: DeviceId; readonly bytes: Uint8Array; readonly repeated: boolean }[] = [];
  /** Every post that left a device, whether it came or not. */
  readonly attempts: Uint8Array[] = [];
  /** Calls by name. */
  readonly calls: Record<string, number> = {};
  readonly knobs: Knobs = {
    request: () => {},
    answer: () => {},
    deliver: (_, delivery) => [delivery],
    directory: (entry) => entry,
    members: (_, members) => members,
    log: (_, log) => log,
    // Enough by default: making a batch is slow, and most tests are not about it.
    stock: () => 100,
    bundle: (bundle) => bundle,
    roster: (_to, _conversation, record) => record,
  };

  constructor(readonly clock: Clock) {
    this.log = new FakeLog(clock);
    this.backups = new FakeBackups(clock);
  }

  /** A person, or the same person with a new device list. */
  putPerson(entry: DirectoryEntry): void {
    this.people.set(entry.account, entry);
    this.rosters.note(entry.aik, entry.certificates);
    for (const each of this.devices.values()) {
      each.listener?.({ event: 'devices', account: entry.account });
    }
  }

  putDevice(account: AccountId, device: DeviceId): void {
    this.devices.set(device, {
      device,
      account,
      signedPrekey: '',
      oneTime: [],
      queue: [],
      seq: 0,
      listener: null,
    });
  }

  putPrekeys(device: DeviceId, upload: { readonly signedPrekey?: string; readonly batch?: string }): void {
    const target = this.device(device);
    if (upload.signedPrekey !== undefined) target.signedPrekey = upload.signedPrekey;
    if (upload.batch === undefined) return;
    const { root, leaves } = decodePrekeyBatch(fromBase64(upload.batch));
    if (leaves.length > PREKEY_BATCH) throw refused(400, 'ValidationError', 'Too many prekeys.');
    const fresh = leaves.map((leaf, index) => ({
      leaf: toBase64(leaf),
      path: prekeyPath(leaves, index).map(toBase64),
      index,
      size: leaves.length,
      root: toBase64(root),
    }));
    target.oneTime = [...target.oneTime, ...fresh];
  }

  device(device: DeviceId): RelayDevice {
    const found = this.devices.get(device);
    if (found === undefined) throw refused(404, 'NotFound', 'No such device.');
    return found;
  }

  /** Devices that a class 1 body of this conversation must reach. */
  expected(conversation: ConversationId, from: DeviceId): { account: AccountId; device: DeviceId }[] {
    const record = this.conversations.get(conversation);
    if (record === undefined) throw refused(404, 'NotFound', 'No such conversation.');
    const members = new Set(this.knobs.members(conversation, record.members));
    return [...this.devices.values()]
      .filter(({ account, device }) => members.has(account) && device !== from)
      .filter(({ account }) => this.rosters.names(conversation, this.people.get(account)))
      .map(({ account, device }) => ({ account, device }));
  }

  accept(from: DeviceId, bytes: Uint8Array) {
    const post = decodePost(bytes);
    if (post === null) throw refused(400, 'ValidationError', 'Not a post.');
    const { header } = decodeBodyHeader(post.body);
    const id = bodyId(header.bodyId);
    const text = toBase64(bytes);
    const known = this.bodies.get(id);
    if (known !== undefined) {
      if (known.post !== text) throw refused(409, 'Conflict', 'Another message has this id.');
      this.posts.push({ from, bytes: bytes.slice(), repeated: true });
      return { id, acceptedAt: known.acceptedAt, recipients: known.recipients };
    }
    if (deviceId(header.device) !== from) throw refused(403, 'Forbidden', 'Another device wrote this.');
    const conversation = conversationId(header.conversation);
    const targets = header.class === 1 ? this.implied(conversation, from, post) : this.named(post);
    const acceptedAt = this.clock();
    this.posts.push({ from, bytes: bytes.slice(), repeated: false });
    this.bodies.set(id, {
      post: text,
      class: header.class,
      sender: from,
      acceptedAt,
      recipients: targets.length,
      pending: new Set(targets),
      delivered: new Set(),
      expired: new Set(),
    });
    targets.forEach((to, index) => {
      this.enqueue(to, {
        seq: 0,
        id,
        class: header.class,
        conversation,
        sender: { account: this.device(from).account, device: from },
        acceptedAt,
        attempts: 0,
        body: toBase64(post.body),
        envelope: toBase64(post.envelopes[index] ?? new Uint8Array()),
      });
    });
    const record = this.conversations.get(conversation);
    if (record !== undefined) this.conversations.set(conversation, { ...record, lastActivity: acceptedAt });
    return { id, acceptedAt, recipients: targets.length };
  }

  private implied(
    conversation: ConversationId,
    from: DeviceId,
    post: NonNullable<ReturnType<typeof decodePost>>,
  ): DeviceId[] {
    const expected = this.expected(conversation, from);
    const targets = expected
      .map(({ device }) => device)
      .filter((device) => !post.omitted.includes(device))
      .sort();
    const right =
      post.recipients instanceof Uint8Array
        ? toBase64(post.recipients) === toBase64(sha256(...targets.map((each) => Uint8Array.fromHex(each))))
        : [...post.recipients].sort().join() === targets.join();
    if (!right || targets.length !== post.envelopes.length) {
      const message = 'The recipients are other ones now.';
      throw new TransportRefused(409, { error: 'WrongDevices', message, expected });
    }
    return post.recipients instanceof Uint8Array ? targets : [...post.recipients];
  }

  private named(post: NonNullable<ReturnType<typeof decodePost>>): DeviceId[] {
    if (post.recipients instanceof Uint8Array) throw refused(400, 'ValidationError', 'Name the devices.');
    const known = post.recipients.flatMap((device) => this.devices.get(device) ?? []);
    if (known.length < post.recipients.length) {
      const expected = known.map(({ account, device }) => ({ account, device }));
      throw new TransportRefused(409, { error: 'WrongDevices', message: 'A device is gone.', expected });
    }
    return [...post.recipients];
  }

  /** Puts a delivery into a device's queue and tells it when it listens. */
  enqueue(to: DeviceId, delivery: Delivery): void {
    const target = this.device(to);
    for (const each of this.knobs.deliver(to, delivery)) {
      const queued = { ...each, seq: ++target.seq, attempts: each.attempts + 1 };
      target.queue.push(queued);
      target.listener?.({ event: 'envelope', ...queued });
    }
  }

  acknowledge(device: DeviceId, seqs: readonly number[]): void {
    const target = this.device(device);
    for (const seq of seqs) {
      const at = target.queue.findIndex((each) => each.seq === seq);
      const [delivery] = at < 0 ? [] : target.queue.splice(at, 1);
      const body = delivery === undefined ? undefined : this.bodies.get(delivery.id);
      if (delivery === undefined || body === undefined) continue;
      body.pending.delete(device);
      const sender = this.devices.get(body.sender);
      if (sender === undefined || sender.account === target.account) continue;
      body.delivered.add(device);
      sender.listener?.({ event: 'delivered', id: delivery.id, account: target.account, device });
    }
  }

  /** Drops what is older than the retention and tells the senders. */
  expire(): void {
    for (const target of this.devices.values()) {
      for (const delivery of [...target.queue]) {
        if (delivery.acceptedAt + this.policies.relayDays * DAY_MS > this.clock()) continue;
        target.queue.splice(target.queue.indexOf(delivery), 1);
        const body = this.bodies.get(delivery.id);
        body?.pending.delete(target.device);
        body?.expired.add(target.device);
        this.devices
          .get(delivery.sender.device)
          ?.listener?.({ event: 'expired', id: delivery.id, device: target.device });
      }
    }
  }

  createConversation(from: AccountId, people: readonly AccountId[]): ConversationRecord {
    const [other] = people;
    if (other === undefined || people.length !== 1)
      throw refused(400, 'ValidationError', 'Exactly one person is needed.');
    const id = directId(from, other);
    const made = this.conversations.get(id) ?? {
      id,
      kind: 'direct' as const,
      members: [...new Set([from, other])].sort(),
      epoch: 0,
      lastActivity: this.clock(),
    };
    this.conversations.set(id, made);
    return made;
  }

  claim(device: DeviceId): PrekeyBundleRecord | null {
    const target = this.devices.get(device);
    if (target === undefined) return null;
    const oneTime = target.oneTime.shift() ?? null;
    target.listener?.({ event: 'prekeys', remaining: this.knobs.stock(target.oneTime.length) });
    return this.knobs.bundle({ device, signedPrekey: target.signedPrekey, oneTime });
  }
}

export { lost, refused };
