/** Secrets of 32 bytes that are good once or for a few tries, on whichever node: only their hashes are stored. */
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { Db } from '../store/db.ts';
import { type GoodOnceKind, putGoodOnce, takeGoodOnce, tryGoodOnce } from '../store/good-once.ts';

export interface SecretsPorts {
  readonly db: Db;
  readonly clock: () => number;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
}

export class GoodOnceSecrets {
  constructor(
    private readonly ports: SecretsPorts,
    private readonly kind: GoodOnceKind,
    /** Milliseconds. */
    private readonly lifetime: number,
  ) {}

  async issue(value: string): Promise<Uint8Array<ArrayBuffer>> {
    const { db, clock, random } = this.ports;
    const secret = random(32);
    const row = { id: hashOf(secret), kind: this.kind, value, expires_at: clock() + this.lifetime };
    await db.write((tx) => putGoodOnce(tx, row));
    return secret;
  }

  /** Its value, once; null when it is unknown, used up or over. */
  async take(secret: string): Promise<string | null> {
    const id = idOf(secret);
    const { db, clock } = this.ports;
    return id && db.write((tx) => takeGoodOnce(tx, this.kind, id, clock()));
  }

  /** Its value, so many times. */
  async try(secret: string, max: number): Promise<string | null> {
    const id = idOf(secret);
    const { db, clock } = this.ports;
    return id && db.write((tx) => tryGoodOnce(tx, this.kind, id, { now: clock(), max }));
  }
}

const hashOf = (secret: Uint8Array): Uint8Array => new Bun.CryptoHasher('sha256').update(secret).digest();

/** Null for what cannot be one: it costs the database nothing. */
function idOf(secret: string): Uint8Array | null {
  if (secret.length !== 43) return null;
  try {
    const bytes = fromBase64(secret);
    return toBase64(bytes) === secret ? hashOf(bytes) : null;
  } catch {
    return null;
  }
}
