/** Files for tests: bytes from a seed, read like any source. */
import type { FileSource } from '../files/ports.ts';
import type { NewFile, OpenFile } from '../files/types.ts';

/** Bytes that only this seed gives, wherever one begins to read. */
export function memorySource(size: number, seed: number): FileSource & { readonly reads: number[] } {
  const reads: number[] = [];
  return {
    size,
    reads,
    read: async (from, to) => {
      reads.push(from);
      const out = new Uint8Array(to - from);
      for (let i = 0; i < out.length; i++) {
        const at = from + i;
        out[i] = (Math.imul(at ^ (at >>> 13), 0x9e3779b1) + Math.imul(seed + 1, 0x85ebca6b)) >>> 24;
      }
      return out;
    },
  };
}

export const named = (name: string, size: number, seed = 1, more: Partial<NewFile> = {}): NewFile => ({
  source: memorySource(size, seed),
  name,
  type: '',
  ...more,
});

/** All that a read gives. */
export async function readAll(file: OpenFile, from?: number, to?: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of file.read(from, to)) parts.push(part.slice());
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
