/** The manifest as the server shows it, believed as far as it can be: never an older one, never another of the same version. */
import type { BackupRecord } from '../../contract/backup.ts';
import { fromBase64 } from '../../contract/bytes.ts';
import { sentence } from '../../contract/words.ts';
import { type BackupKey, type Manifest, openManifest } from '../../protocol/backup.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import type { Context } from '../context.ts';
import { noteSeen, readHeard } from './choice.ts';
import { type BackupMemory, dropTaken, nameOf, readMemory, remember } from './state.ts';

/** The server's word does not hold: nothing is taken and nothing given until the person says so. */
export class Untrusted extends Error {
  override readonly name = 'Untrusted';
}

const OLDER = sentence(
  'The server gave an older copy of your saved history than you had: nothing was changed here. Ask your administrator whether the server was restored, then save everything again in Settings.',
);
const OTHER = sentence(
  'The server gave another copy of your saved history than your devices have seen: nothing was changed here. Tell your administrator, then save everything again in Settings.',
);
const BROKEN = sentence(
  'The list of your saved history was damaged on the server and cannot be read: nothing was changed here. Save everything again in Settings.',
);

/**
 * Learns the newest manifest. Gives what is remembered then.
 * @throws Untrusted
 */
export async function learnManifest(
  ctx: Context,
  owner: BackupKey,
  shown: BackupRecord,
): Promise<BackupMemory> {
  const seen = await readMemory(ctx.storage);
  const heard = await readHeard(ctx.storage);
  const sealed = shown.manifest === null ? new Uint8Array() : bytesOf(shown.manifest);
  const { bytes, limit } = shown;
  if (shown.version < Math.max(seen.version, heard?.version ?? 0)) throw new Untrusted(OLDER);
  if (shown.version === seen.version && equalBytes(hash(sealed), seen.sealed)) {
    await ctx.operate((op) => remember(op, { bytes, limit, ...(seen.stopped ? GOES_ON : {}) }));
    return readMemory(ctx.storage);
  }
  // It was turned off and is on again, or there never was one: everything is still to be saved.
  const manifest =
    shown.manifest === null
      ? { ...EMPTY, version: shown.version }
      : await open(ctx, owner, shown.version, sealed).catch((error: unknown) => {
          // The person begins anew over what cannot be read.
          if (seen.turnOn && error instanceof Untrusted) return { ...EMPTY, version: shown.version };
          throw error;
        });
  checkSeen(manifest, shown, seen);
  if (heard !== null && heard.version === manifest.version && !equalBytes(heard.root, manifest.root))
    throw new Untrusted(OTHER);
  await ctx.operate(async (op) => {
    const named = new Set(manifest.segments.map(nameOf));
    const gone = seen.segments.map(nameOf).filter((id) => !named.has(id));
    dropTaken(op, gone);
    if (manifest.version > 0) noteSeen(op, manifest);
    await remember(op, {
      version: manifest.version,
      root: manifest.root,
      segments: manifest.segments,
      messages: manifest.messages,
      sealed: hash(sealed),
      swept: seen.swept && gone.length === 0,
      ...(seen.stopped ? GOES_ON : {}),
      bytes,
      limit,
    });
  });
  return readMemory(ctx.storage);
}

/** What stopped it is over: the server gives what was seen before, or what follows it. */
const GOES_ON = { stopped: false, problem: null } as const;

const EMPTY: Omit<Manifest, 'version'> = {
  previous: new Uint8Array(32),
  root: new Uint8Array(32),
  segments: [],
  messages: 0,
  created: 0,
};

function checkSeen(manifest: Manifest, shown: BackupRecord, seen: BackupMemory): void {
  if (seen.version === 0) return;
  if (manifest.version === seen.version) {
    // Without a manifest and not turned off: one that was there is gone.
    if (shown.manifest === null ? seen.segments.length > 0 : !equalBytes(manifest.root, seen.root))
      throw new Untrusted(OTHER);
  } else if (manifest.version === seen.version + 1 && shown.manifest !== null) {
    if (!equalBytes(manifest.previous, seen.root)) throw new Untrusted(OTHER);
  }
}

async function open(ctx: Context, owner: BackupKey, version: number, sealed: Uint8Array): Promise<Manifest> {
  try {
    return await openManifest(ctx.crypto, owner, { version, aik: ctx.self.aik }, sealed);
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw new Untrusted(BROKEN, { cause: error });
  }
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}
