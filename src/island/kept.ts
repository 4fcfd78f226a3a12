/**
 * Small things of the person that stay on this device, such as unsent text: sealed with everything else that is stored,
 * so that a closed tab or an update loses nothing and the disk tells nothing.
 */
import type { Storage, StoreName } from '../client/ports.ts';

const opened = Promise.withResolvers<Storage>();
/** Everything that was written and is not on the disk yet. */
const waiting = new Map<string, string>();
let writing = false;

/** Gives them the place where they are kept, once. */
export function keepIn(storage: Storage): void {
  opened.resolve(storage);
}

/** What is kept under this name, empty when nothing is. */
export async function readKept(name: string): Promise<string> {
  const newest = waiting.get(name);
  if (newest !== undefined) return newest;
  const bytes = await (await opened.promise).get('meta', name);
  return waiting.get(name) ?? (bytes ? new TextDecoder().decode(bytes) : '');
}

/** Everything that is kept under names that begin like this, by the rest of its name. */
export async function listKept(prefix: string): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  for (const [name, bytes] of await (await opened.promise).list('meta', { prefix }))
    kept.set(name.slice(prefix.length), new TextDecoder().decode(bytes));
  for (const [name, text] of waiting) if (name.startsWith(prefix)) kept.set(name.slice(prefix.length), text);
  return kept;
}

/** Whether the engine keeps anything under keys of a store that begin like this. */
export async function hasKept(store: StoreName, prefix: string): Promise<boolean> {
  return (await (await opened.promise).list(store, { prefix, limit: 1 })).length > 0;
}

/** Keeps all of these together, at once or right after the write that is under way; an empty text forgets its name. */
export function writeKept(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) waiting.set(name, text);
  // What cannot be kept now stays in its box, and is tried again with the next key.
  if (!writing) void writeAll().catch(() => {});
}

async function writeAll(): Promise<void> {
  writing = true;
  try {
    const storage = await opened.promise;
    for (let next = [...waiting]; next.length > 0; next = [...waiting]) {
      await storage.commit(
        next.map(([key, text]) => ({
          store: 'meta',
          key,
          value: text === '' ? null : new TextEncoder().encode(text),
        })),
      );
      for (const [key, text] of next) if (waiting.get(key) === text) waiting.delete(key);
    }
  } finally {
    writing = false;
  }
}
