/**
 * What goes through Redis is sealed between nodes (AES-256-GCM), and channels have keyed names: Redis, and whoever reaches it, learns when
 * nodes speak and how much, and can neither read nor forge. Each node seals under a key of its own, so that a counter is nonce enough.
 * What was recorded can be sent again: events mean nothing twice.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Characters of a node's random name. */
const NODE_LENGTH = 16;
const NODE = /^[0-9a-f]{16}$/;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Keys of other nodes that are remembered. */
const MAX_KEYS = 1000;

export interface Opened {
  readonly node: string;
  readonly text: string;
}

export class Seal {
  readonly node = randomBytes(NODE_LENGTH / 2).toString('hex');
  readonly #prefix: string;
  readonly #own: Buffer;
  readonly #keys = new Map<string, Buffer>();
  #count = 0;

  /** @param key 32 bytes of this workspace alone: two workspaces on one Redis do not meet */
  constructor(private readonly key: Uint8Array) {
    this.#prefix = `sotto:${this.#hash('workspace').slice(0, 12)}:`;
    this.#own = this.#keyOf(this.node);
  }

  /** The name of a channel, which says nothing. */
  channel(of: string): string {
    return this.#prefix + this.#hash(`channel ${of}`).slice(0, 22);
  }

  seal(channel: string, text: string): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(++this.#count, NONCE_BYTES - 6, 6);
    const cipher = createCipheriv('aes-256-gcm', this.#own, nonce);
    cipher.setAAD(Buffer.from(channel));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return this.node + sealed.toString('base64');
  }

  /** Null for what no node of this workspace has sealed for this channel. */
  open(channel: string, sealed: string): Opened | null {
    const node = sealed.slice(0, NODE_LENGTH);
    const bytes = Buffer.from(sealed.slice(NODE_LENGTH), 'base64');
    if (!NODE.test(node) || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const key = this.#keys.get(node) ?? this.#keyOf(node);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(channel));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      const text = decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
      if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
      this.#keys.set(node, key);
      return { node, text };
    } catch {
      return null;
    }
  }

  #keyOf(node: string): Buffer {
    return createHmac('sha256', this.key).update(`events ${node}`).digest();
  }

  #hash(text: string): string {
    return new Bun.CryptoHasher('sha256', this.key).update(text).digest('base64url');
  }
}
