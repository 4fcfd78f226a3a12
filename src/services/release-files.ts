/**
 * What browsers load, of the other releases at work: a page comes from one node and asks the next one for its files, which is of another
 * release while nodes are exchanged. Each release writes its files into the database once. Nothing of that is believed: a file is handed
 * out under the name that follows from its bytes, and no other.
 */
import type { Asset, Assets } from '../assets.ts';
import type { Ports } from '../deps.ts';
import {
  addReleaseFiles,
  dropReleaseFiles,
  listReleaseFiles,
  type ReleaseFilesHead,
  readReleaseFiles,
  seeReleaseFiles,
} from '../store/release-files.ts';
import type { Releases } from './releases.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** How the files of a release become one row, and come back. */
export interface Packing {
  readonly release: string;
  /** SHA-384 of the own service worker. */
  worker(): Bytes;
  /** The own files but that one. */
  pack(): Bytes;
  compress(packed: Bytes): Promise<Bytes>;
  /** Throws when the bytes are not those of the id, or a file has not the name of its bytes. */
  open(compressed: Uint8Array, id: Uint8Array): Promise<Assets>;
}

export interface ReleaseFiles {
  /** Says that the own files are in use, and forgets what is over; run by a job. */
  note(): Promise<void>;
  /** A file of another release by its path with a hash, or null. */
  at(path: string): Promise<Asset | null>;
  /**
   * Whether browsers should go on with the service worker of the release that was at work before, which is another one: they get that from
   * its own nodes, and this one's when those have ended. Otherwise it would be one and then the other.
   */
  isWorkerEarly(): Promise<boolean>;
}

/** Milliseconds between two notes, and after which the files of a release are forgotten that no node is of. */
const NOTED_EVERY_MS = 10 * 60_000;
const KEPT_MS = 24 * 3600_000;
/** Releases whose files are kept, and bytes of one of them, compressed. */
const MOST = 4;
const MAX_PACK_BYTES = 8 * 1024 * 1024;
/** Milliseconds between two looks which there are, and after which unused ones leave the memory. */
const LOOKED_EVERY_MS = 1000;
const IN_MEMORY_MS = 10 * 60_000;
const PATH = /^\/assets\/[\w-]+\.[0-9a-f]{12}\.\w+$/;

export function createReleaseFiles(
  { db, clock, log }: Pick<Ports, 'db' | 'clock' | 'log'>,
  { release, worker, pack, compress, open }: Packing,
  releases: Pick<Releases, 'isAtWork' | 'look'>,
): ReleaseFiles {
  let own: Uint8Array | null = null;
  let notedAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  let loading: Promise<void> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let heads: readonly ReleaseFilesHead[] = [];
  /** What was read, by id in hex; null: not believed. */
  let known = new Map<string, Assets | null>();
  const nameOf = (id: Uint8Array) => Buffer.from(id).toString('hex');

  const ownId = (): Uint8Array => {
    own ??= new Uint8Array(new Bun.CryptoHasher('sha384').update(pack()).digest());
    return own;
  };

  const load = async (id: Uint8Array): Promise<Assets | null> => {
    const stored = await readReleaseFiles(db, id);
    if (stored === null) return null;
    try {
      return await open(stored, id);
    } catch (error) {
      log.warn('files of another release refused', { reason: String(error) });
      return null;
    }
  };

  const look = async (): Promise<void> => {
    if (Math.abs(clock() - lookedAt) < LOOKED_EVERY_MS) return;
    looking ??= listReleaseFiles(db, MOST, MAX_PACK_BYTES)
      .then((found) => {
        heads = found;
        lookedAt = clock();
      })
      .finally(() => {
        looking = null;
      });
    await looking;
  };

  const loadOthers = async (): Promise<void> => {
    const others = heads.filter(({ id }) => nameOf(id) !== nameOf(ownId()));
    const found = new Map<string, Assets | null>();
    for (const { id } of others) {
      const name = nameOf(id);
      found.set(name, known.has(name) ? (known.get(name) ?? null) : await load(id));
    }
    known = found;
  };

  const find = (path: string): Asset | null => {
    for (const assets of known.values()) {
      const asset = assets?.at(path);
      if (asset) return asset;
    }
    return null;
  };

  return {
    async note() {
      if (clock() - askedAt > IN_MEMORY_MS) known = new Map();
      if (Math.abs(clock() - notedAt) < NOTED_EVERY_MS) return;
      const id = ownId();
      const at = clock();
      await releases.look();
      const isNew = !releases.isAtWork(release);
      const isThere = await db.write(async (tx) => {
        const seen = await seeReleaseFiles(tx, { id, seen_at: at }, isNew ? at : null);
        await dropReleaseFiles(tx, at - KEPT_MS, MOST);
        return seen;
      });
      if (!isThere) {
        const row = { id, release, worker: worker(), since: at, seen_at: at, pack: await compress(pack()) };
        await db.write(async (tx) => {
          await addReleaseFiles(tx, row);
          await dropReleaseFiles(tx, at - KEPT_MS, MOST);
        });
      }
      notedAt = at;
    },

    async at(path) {
      if (!PATH.test(path)) return null;
      askedAt = clock();
      const there = find(path);
      if (there !== null) return there;
      await look();
      loading ??= loadOthers().finally(() => {
        loading = null;
      });
      await loading;
      return find(path);
    },

    async isWorkerEarly() {
      await releases.look();
      await look();
      const [standing] = heads
        .filter((head) => head.release === release || releases.isAtWork(head.release))
        .toSorted((one, other) => one.since - other.since);
      return standing !== undefined && nameOf(standing.worker) !== nameOf(worker());
    },
  };
}
