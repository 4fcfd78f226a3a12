/** The mark that a node without a way to the others leaves for them. */
import type { Db } from './db.ts';
import { putSetting, readSetting } from './settings.ts';

/** @param random where the next mark comes from: only that it is another one matters */
export const createMissed = (db: Db, random: (length: number) => Uint8Array) => ({
  note: (): Promise<void> => db.write((tx) => putSetting(tx, 'missed', random(16))),
  read: async (): Promise<string> => (await readSetting(db, 'missed'))?.toHex() ?? '',
});
