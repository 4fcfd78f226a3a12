/**
 * What goes through Redis is sealed between nodes (AES-256-GCM), and channels have keyed names: Redis, and whoever reaches it, learns when
 * nodes speak and how much, and can neither read nor forge. Each node seals under a key of its own, so that a counter is nonce enough.
 * What was recorded and is sent again is dropped by whoever has heard it.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { Counts } from './counts.ts';

/** Characters of a node's random name. */
const NODE_LENGTH = 16;
const NODE = /^[0-9a-f]{16}$/;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Other nodes that are remembered. */
const MAX_NODES = 1000;

export interface Opened {
  readonly node: string;
  readonly text: string;
}

export class Seal {
  readonly node = randomBytes(NODE_LENGTH / 2).toString('hex');
  readonly #prefix: string;
  readonly #own: Buffer;
  readonly #nodes = new Map<string, { readonly key: Buffer; readonly counts: Counts }>();
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

  /** Null for what no node of this workspace has sealed for this channel, and for what was opened before. */
  open(channel: string, sealed: string): Opened | null {
    const node = sealed.slice(0, NODE_LENGTH);
    const bytes = Buffer.from(sealed.slice(NODE_LENGTH), 'base64');
    if (!NODE.test(node) || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const known = this.#nodes.get(node) ?? { key: this.#keyOf(node), counts: new Counts() };
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', known.key, nonce);
      decipher.setAAD(Buffer.from(channel));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      const text = decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
      if (!this.#nodes.has(node)) this.#remember(node, known);
      return known.counts.take(nonce.readUIntBE(NONCE_BYTES - 6, 6)) ? { node, text } : null;
    } catch {
      return null;
    }
  }

  #remember(node: string, known: { readonly key: Buffer; readonly counts: Counts }): void {
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size >= MAX_NODES && oldest !== undefined) this.#nodes.delete(oldest);
    this.#nodes.set(node, known);
  }

  #keyOf(node: string): Buffer {
    return createHmac('sha256', this.key).update(`events ${node}`).digest();
  }

  #hash(text: string): string {
    return new Bun.CryptoHasher('sha256', this.key).update(text).digest('base64url');
  }
}
