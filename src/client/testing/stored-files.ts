/** Files on a FakeRelay: what an honest server keeps of them, and a knob for one that is not. */
import { chunksOf, type FileId, type FileRecord, sealedChunkBytes } from '../../contract/files.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { sha256 } from '../../protocol/hash.ts';
import type { FileTransport } from '../files/ports.ts';
import { RunLength } from '../files/run-length.ts';
import { refused } from './refusals.ts';

interface Kept {
  readonly owner: AccountId;
  readonly size: number;
  readonly createdAt: number;
  /** Begun without a conversation: it stays until its owner removes it. */
  readonly isPrivate: boolean;
  readonly chunks: Map<number, Uint8Array>;
  /** Who has put it there. */
  readonly places: Map<ConversationId, Set<AccountId>>;
  completedAt: number | null;
  expiresAt: number | null;
}

const gone = () => refused(404, 'NotFound', 'There is no such file.');

export class FakeFiles {
  readonly kept = new Map<FileId, Kept>();
  /** SHA-256 of everything that ever left for a chunk's place, whether it came or not: two of them are a nonce used twice. */
  readonly attempts = new Map<string, Set<string>>();
  /** Of chunks as they are kept. */
  private readonly hashes = new WeakMap<Uint8Array, Uint8Array>();
  readonly knobs = {
    /** What whoever asks is given for a chunk; null for nothing. */
    chunk: (_id: FileId, _n: number, sealed: Uint8Array): Uint8Array | null => sealed,
    hashes: (_id: FileId, hashes: Uint8Array): Uint8Array => hashes,
  };

  constructor(
    private readonly clock: () => number,
    private readonly members: (conversation: ConversationId) => readonly AccountId[],
  ) {}

  /** The calls of one account. `call` counts and may fail, as for every call of a FakeLine. */
  callsOf(account: AccountId, call: <T>(name: 'files', act: () => T) => Promise<T>): FileTransport {
    const own = (id: FileId): Kept => {
      const kept = this.kept.get(id);
      if (kept?.owner !== account) throw gone();
      return kept;
    };
    const readable = (id: FileId): Kept => {
      const kept = this.kept.get(id);
      if (kept === undefined) throw gone();
      if (kept.owner === account) return kept;
      const isTheirs = [...kept.places.keys()].some((place) => this.members(place).includes(account));
      if (!isTheirs || kept.completedAt === null) throw gone();
      return kept;
    };
    const ask = <T>(act: () => T) => call('files', act);
    return {
      usage: () =>
        ask(() => ({
          used: 0,
          limit: 2 ** 40,
          workspaceUsed: 0,
          workspaceLimit: 2 ** 40,
          maxFileBytes: 2 ** 31,
          defaultExpiryDays: null,
          files: [...this.kept]
            .filter(([, { owner }]) => owner === account)
            .map(([id, each]) => view(id, each)),
        })),
      begin: ({ id, size, conversation, expiresAt }) =>
        ask(() => {
          const known = this.kept.get(id);
          if (known !== undefined && known.owner !== account) throw gone();
          const kept = known ?? {
            owner: account,
            size,
            createdAt: this.clock(),
            isPrivate: conversation === null,
            chunks: new Map(),
            places: new Map(conversation === null ? [] : [[conversation, new Set([account])]]),
            completedAt: null,
            expiresAt,
          };
          this.kept.set(id, kept);
          return view(id, kept);
        }),
      record: (id) => ask(() => view(id, readable(id))),
      runs: new RunLength(),
      putChunks: async (id, first, sealed) => {
        const chunks: Uint8Array[] = [];
        for (const [i, each] of sealed.entries()) {
          const place = `${id}/${first + i}`;
          const chunk = each instanceof Blob ? await each.bytes() : each.slice();
          const hash = sha256(chunk);
          this.hashes.set(chunk, hash);
          this.attempts.set(place, (this.attempts.get(place) ?? new Set()).add(hash.toHex()));
          chunks.push(chunk);
        }
        await ask(() => {
          const kept = own(id);
          const isWrong = chunks.some((chunk, i) => chunk.length !== sealedChunkBytes(kept.size, first + i));
          if (kept.completedAt !== null || isWrong)
            throw refused(400, 'ValidationError', 'This is no chunk of this file.');
          for (const [i, chunk] of chunks.entries()) kept.chunks.set(first + i, chunk);
        });
      },
      chunk: (id, n) =>
        ask(() => {
          const sealed = readable(id).chunks.get(n);
          const given = sealed === undefined ? null : this.knobs.chunk(id, n, sealed);
          if (given === null) throw gone();
          // What comes over a line is its receiver's.
          return given.slice();
        }),
      hashes: (id) =>
        ask(() => {
          const { chunks, size } = readable(id);
          const all = new Uint8Array(chunksOf(size) * 32);
          for (const [n, sealed] of chunks) all.set(this.hashes.get(sealed) ?? sha256(sealed), n * 32);
          return this.knobs.hashes(id, all);
        }),
      complete: (id) =>
        ask(() => {
          const kept = own(id);
          if (kept.chunks.size < chunksOf(kept.size))
            throw refused(409, 'Conflict', 'Some of this file is not here yet.');
          kept.completedAt ??= this.clock();
          return view(id, kept);
        }),
      remove: (id) =>
        ask(() => {
          own(id);
          this.kept.delete(id);
        }),
      setExpiry: (id, expiresAt) =>
        ask(() => {
          const kept = own(id);
          kept.expiresAt = expiresAt;
          return view(id, kept);
        }),
      place: (id, conversation) =>
        ask(() => {
          const { places } = readable(id);
          places.set(conversation, (places.get(conversation) ?? new Set()).add(account));
        }),
      unplace: (id, conversation) =>
        ask(() => {
          const kept = this.kept.get(id);
          const by = kept?.places.get(conversation);
          if (kept === undefined || by?.delete(account) !== true) throw gone();
          if (by.size === 0) kept.places.delete(conversation);
          if (kept.places.size === 0 && !kept.isPrivate) this.kept.delete(id);
        }),
    };
  }
}

const view = (
  id: FileId,
  { owner, size, createdAt, completedAt, expiresAt, chunks, places }: Kept,
): FileRecord => ({
  id,
  owner,
  size,
  createdAt,
  completedAt,
  expiresAt,
  missing: Array.from({ length: chunksOf(size) }, (_, n) => n).filter((n) => !chunks.has(n)),
  conversations: [...places.keys()],
});
