/** Every file that browsers fetch, by explicit import, so that the single binary carries it. Only `commands` reads it. */

import argon2 from '../public/built/argon2.js' with { type: 'file' };
import island from '../public/built/island.js' with { type: 'file' };
import base from '../public/css/base.css' with { type: 'file' };
import controls from '../public/css/controls.css' with { type: 'file' };
import conversation from '../public/css/conversation.css' with { type: 'file' };
import door from '../public/css/door.css' with { type: 'file' };
import icons from '../public/css/icons.css' with { type: 'file' };
import sheet from '../public/css/sheet.css' with { type: 'file' };
import shell from '../public/css/shell.css' with { type: 'file' };
import tokens from '../public/css/tokens.css' with { type: 'file' };
import icon from '../public/icons/icon.svg' with { type: 'file' };
import icon192 from '../public/icons/icon-192.png' with { type: 'file' };
import icon512 from '../public/icons/icon-512.png' with { type: 'file' };
import iconMaskable from '../public/icons/icon-maskable.png' with { type: 'file' };
import { type Assets, createAssets } from './assets.ts';

/** A name, and the files that it is made of, in order. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'island.js': [island],
  'argon2.js': [argon2],
  'app.css': [tokens, icons, base, controls, door, shell, conversation, sheet],
  'icon.svg': [icon],
  'icon-192.png': [icon192],
  'icon-512.png': [icon512],
  'icon-maskable.png': [iconMaskable],
};

/** Reads the embedded files, or those in the tree when this is not the binary. */
export async function loadAssets(): Promise<Assets> {
  const read = Object.entries(FILES).map(
    async ([name, paths]) => [name, await new Blob(paths.map((path) => Bun.file(path))).bytes()] as const,
  );
  return createAssets(new Map(await Promise.all(read)));
}
