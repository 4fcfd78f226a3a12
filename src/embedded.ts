/** Every file that browsers fetch, by explicit import, so that the single binary carries it. Only `commands` reads it. */
import css from '../public/built/app.css' with { type: 'file' };
import argon2 from '../public/built/argon2.js' with { type: 'file' };
import door from '../public/built/door.js' with { type: 'file' };
import fallback from '../public/built/fallback.js' with { type: 'file' };
import groups from '../public/built/groups.js' with { type: 'file' };
import island from '../public/built/island.js' with { type: 'file' };
import qr from '../public/built/qr.js' with { type: 'file' };
import settings from '../public/built/settings.js' with { type: 'file' };
import serviceWorker from '../public/built/sw.js' with { type: 'file' };
import icon from '../public/icons/icon.svg' with { type: 'file' };
import icon192 from '../public/icons/icon-192.png' with { type: 'file' };
import icon512 from '../public/icons/icon-512.png' with { type: 'file' };
import maskable from '../public/icons/icon-maskable.png' with { type: 'file' };
import { type AssetName, type Assets, createAssets } from './assets.ts';

const FILES: Readonly<Record<AssetName, string>> = {
  'app.css': css,
  'argon2.js': argon2,
  'door.js': door,
  'fallback.js': fallback,
  'groups.js': groups,
  'qr.js': qr,
  'settings.js': settings,
  'island.js': island,
  'sw.js': serviceWorker,
  'icon.svg': icon,
  'icon-192.png': icon192,
  'icon-512.png': icon512,
  'icon-maskable.png': maskable,
};

/** Reads the embedded files, or those in the tree when this is not the binary. */
export async function loadAssets(): Promise<Assets> {
  const read = Object.entries(FILES).map(
    async ([name, path]) => [name, await Bun.file(path).bytes()] as const,
  );
  return createAssets(new Map(await Promise.all(read)));
}
