/** The mark that a node without a way to the others leaves for them. */
import type { Db } from './db.ts';
import { putSetting, readSetting, setting } from './settings.ts';

/** @param random where the next mark comes from: only that it is another one matters */
export const createMissed = (db: Db, random: (length: number) => Uint8Array) => ({
  note: () =>
    db.write(async (tx) => {
      const before = textOf(await setting(tx, 'missed'));
      const now = random(16);
      await putSetting(tx, 'missed', now);
      return { before, now: textOf(now) };
    }),
  read: async (): Promise<string> => textOf(await readSetting(db, 'missed')),
});

const textOf = (mark: Uint8Array | null): string => mark?.toHex() ?? '';
