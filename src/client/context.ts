/** What every part of the engine works with: this device's keys, the ports, and the way an operation is run and told. */

import { bodyId } from '../contract/bytes.ts';
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import { say } from '../contract/words.ts';
import { makeBodyId } from '../protocol/body-header.ts';
import type { Signer } from '../protocol/identity.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { SecretKey } from '../protocol/provider.ts';
import { readConversation, viewConversation } from './conversations.ts';
import type { EngineEvent } from './engine-types.ts';
import type { OwedKx } from './kx.ts';
import { LogView } from './log-store.ts';
import { Operation } from './operation.ts';
import { readPeer, viewPeer } from './peers.ts';
import {
  type Note,
  type Notify,
  type RelayTransport,
  type Storage,
  StorageFull,
  type Timer,
} from './ports.ts';
import { Tasks } from './tasks.ts';

/** This device, with its keys in memory. */
export interface Self {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly username: string;
  readonly name: string;
  /** Ids as bytes, 16 each. */
  readonly accountBytes: Uint8Array;
  readonly deviceBytes: Uint8Array;
  /** The account's hybrid public key, 1,984 bytes. */
  readonly aik: Uint8Array;
  /** H of this device's certificates, 32 bytes each, the current one first. */
  readonly certificateHashes: readonly Uint8Array[];
  /** Suites, creation and expiry of the current one; epoch milliseconds. */
  readonly suites: readonly number[];
  readonly created: number;
  readonly expires: number;
  /** DIK. */
  readonly signing: Signer;
  /** DHK secret. */
  readonly agreement: SecretKey;
}

/** The ports that every part of the engine may use. */
export interface ContextPorts {
  readonly storage: Storage;
  readonly transport: RelayTransport;
  readonly crypto: Crypto;
  readonly timer: Timer;
  readonly notify?: Notify;
  readonly note?: Note;
}

/** Things that ask for attention; each comes back as work of its own, outside the lock. Delays in milliseconds. */
export interface Wakes {
  /** Something in the outbox wants to leave. */
  flush(): void;
  /** A session owes a `kx`. */
  kx(owed: OwedKx): void;
  requests(delay: number): void;
  receipts(delay: number): void;
  gaps(delay: number): void;
  /** Deliveries that did not open may open now. */
  inbox(delay: number): void;
  directory(accounts: readonly AccountId[]): void;
  /** A message disappears. */
  expiry(delay: number): void;
  /** Files that nothing of one's own names any more are taken back from the server. */
  releases(delay: number): void;
  /** Members or their policy are other ones: there may be history to ask for. */
  history(): void;
  /** The storage had no room: what could not be taken or sent is tried again. */
  full(): void;
}
const nothing = () => {};
const ASLEEP: Wakes = {
  flush: nothing,
  kx: nothing,
  requests: nothing,
  receipts: nothing,
  gaps: nothing,
  inbox: nothing,
  directory: nothing,
  expiry: nothing,
  releases: nothing,
  history: nothing,
  full: nothing,
};

/** One open engine, as its parts see it. */
export class Context {
  readonly storage: Storage;
  readonly transport: RelayTransport;
  readonly crypto: Crypto;
  readonly timer: Timer;
  readonly tasks: Tasks;
  /** The transparency log as this device has verified it. */
  readonly log = new LogView();
  /** Null where the storage is all there is. */
  readonly note: Note | null;
  private readonly notify: Notify | null;
  private readonly listeners = new Set<(event: EngineEvent) => void>();
  /** Last contact with the relay in this process, epoch milliseconds; 0 before the first. */
  private heardAt = 0;

  constructor(
    ports: ContextPorts,
    readonly self: Self,
  ) {
    this.storage = ports.storage;
    this.transport = noting(ports.transport, () => this.heard());
    this.crypto = ports.crypto;
    this.timer = ports.timer;
    this.tasks = new Tasks(ports.timer, ports.crypto.clock);
    this.notify = ports.notify ?? null;
    this.note = ports.note ?? null;
  }

  now(): number {
    return this.crypto.clock();
  }

  /** The relay has shown itself: it answered, or said something by itself. */
  heard(): void {
    this.heardAt = this.now();
  }

  /**
   * A fresh id for a body. It begins with the second of the last contact with the relay, which the relay knows, and not
   * with this one: what was written offline, or waits on purpose, tells nobody when it was written [R39].
   */
  newBodyId(): BodyId {
    return bodyId(makeBodyId({ random: this.crypto.random, clock: () => this.heardAt }));
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells those who draw, in their language. One that throws does not keep it from the others. */
  emit(happened: EngineEvent): void {
    const event = happened.type === 'notice' ? { ...happened, message: say(happened.message) } : happened;
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch {
        // What a listener does with an event is its own affair.
      }
    }
  }

  notice(code: string, message: string): void {
    this.emit({ type: 'notice', code, message });
  }

  /** A whole number below `limit`, for delays: not a secret, but from the same source as everything else. */
  randomBelow(limit: number): number {
    const [a = 0, b = 0, c = 0] = this.crypto.random(3);
    return Math.floor(((a * 65536 + b * 256 + c) / 0x1000000) * limit);
  }

  /** Set when the engine opens. */
  wakes: Wakes = ASLEEP;

  /** Runs one operation under the lock of the storage: reads, computes, commits once, then tells. Not re-entrant. */
  async operate<T>(work: (op: Operation) => Promise<T>): Promise<T> {
    const { op, result } = await this.storage
      .exclusive(async () => {
        const op = new Operation(this.storage);
        const result = await work(op);
        const changes = op.changes();
        if (changes.length > 0) await this.storage.commit(changes);
        for (const follow of op.committed) await follow();
        return { op, result };
      })
      .catch((error: unknown) => {
        if (error instanceof StorageFull) this.wakes.full();
        throw error;
      });
    await this.tell(op);
    if (op.touched.expiry !== null) this.wakes.expiry(op.touched.expiry - this.now());
    for (const task of op.afterwards) task();
    return result;
  }

  private async tell(op: Operation): Promise<void> {
    const told: string[] = [];
    for (const event of op.events) {
      this.emit(event);
      if (event.type === 'message' || event.type === 'updated')
        told.push(`${event.type} ${event.message.id}`);
      if (event.type === 'removed') told.push(`removed ${event.id} ${event.conversation}`);
      if (event.type === 'devices' || event.type === 'transfers' || event.type === 'backup')
        told.push(event.type);
      if (event.type === 'restored') told.push(`restored ${event.conversation} ${event.ids.join()}`);
      if (event.type === 'status') told.push(`status ${event.account}`);
      if (event.type === 'uploads' || event.type === 'files')
        told.push(`${event.type} ${event.conversation}`);
    }
    for (const account of op.touched.peers) {
      await this.tellPeer(account);
      told.push(`peer ${account}`);
    }
    for (const id of op.touched.conversations) {
      await this.tellConversation(id);
      told.push(`conversation ${id}`);
    }
    for (const conversation of op.touched.files) {
      this.emit({ type: 'files', conversation });
      told.push(`files ${conversation}`);
    }
    if (op.touched.log) {
      this.emit({ type: 'log' });
      told.push('log');
    }
    if (told.length > 0) this.notify?.post(told.join('\n'));
  }

  async tellPeer(account: AccountId): Promise<void> {
    const peer = await readPeer(this.storage, account);
    if (peer !== null && account !== this.self.account) this.emit({ type: 'peer', peer: viewPeer(peer) });
  }

  async tellConversation(id: Parameters<typeof readConversation>[1]): Promise<void> {
    const conversation = await readConversation(this.storage, id);
    if (conversation === null) return;
    const view = await viewConversation(this.storage, conversation, this.self.account);
    this.emit({ type: 'conversation', conversation: view });
  }
}

/** The same transport; `heard` is told of every answer. */
function noting(transport: RelayTransport, heard: () => void): RelayTransport {
  return new Proxy(transport, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return async (...args: readonly unknown[]) => {
        const answer: unknown = await Reflect.apply(call, target, args);
        heard();
        return answer;
      };
    },
  });
}
