/** Every file that browsers fetch, by explicit import, so that the single binary carries it. Only `commands` reads it. */

import css from '../public/app.css' with { type: 'file' };
import argon2 from '../public/built/argon2.js' with { type: 'file' };
import island from '../public/built/island.js' with { type: 'file' };
import manifest from '../public/manifest.webmanifest' with { type: 'file' };
import { type Assets, createAssets } from './assets.ts';

const FILES: Readonly<Record<string, string>> = {
  'island.js': island,
  'argon2.js': argon2,
  'app.css': css,
  'manifest.webmanifest': manifest,
};

/** Reads the embedded files, or those in the tree when this is not the binary. */
export async function loadAssets(): Promise<Assets> {
  const read = Object.entries(FILES).map(
    async ([name, path]) => [name, await Bun.file(path).bytes()] as const,
  );
  return createAssets(new Map(await Promise.all(read)));
}
