/** A small file beside the device's database, so that a database that was put back can be told (client/mark.ts). */
import { chmod, rename } from 'node:fs/promises';
import type { Note } from '../client/ports.ts';

/** The note at this path, 0600. A torn write leaves the one before; what was not synced to the disk is only seen less. */
export function fileNote(path: string): Note {
  return {
    async read() {
      const file = Bun.file(path);
      return (await file.exists()) ? file.text() : null;
    },
    async write(text) {
      const next = `${path}.${process.pid}`;
      await Bun.write(next, text, { mode: 0o600 });
      await chmod(next, 0o600);
      await rename(next, path);
    },
  };
}
