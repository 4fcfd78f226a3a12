/** Every file that browsers fetch, in one pack, so that the single binary carries it. Only `commands` reads it. */
import packed from '../public/built/browser.pack' with { type: 'file' };
import { type Assets, createAssets } from './assets.ts';
import { unpack } from './pack.ts';

/** Reads the embedded files, or those in the tree when this is not the binary. */
export async function loadAssets(): Promise<Assets> {
  return createAssets(unpack(await Bun.file(packed).bytes()));
}
