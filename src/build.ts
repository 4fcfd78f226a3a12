/**
 * Builds what ships: the island (`--island`: only that) and the single binary.
 *
 * The same commit gives the same island bytes anywhere: no dates, no paths, no source maps. The server bundle keeps its
 * identifiers, because Elysia's guards read them.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuiltName, compress } from './assets.ts';

const ROOT = resolve(import.meta.dir, '..');
const BUILT = join(ROOT, 'public/built');

/** Where each file that browsers run begins. */
const BROWSER_ENTRIES: Readonly<Record<BuiltName, string>> = {
  'island.js': 'src/island/main.ts',
  'door.js': 'src/island/door.ts',
  'argon2.js': 'src/island/argon2-worker.ts',
  'fallback.js': 'src/island/fallback.ts',
  'groups.js': 'src/island/groups/main.ts',
  'qr.js': 'src/island/qr/main.ts',
  'settings.js': 'src/island/settings/main.ts',
  'sw.js': 'src/service-worker/main.ts',
  'app.css': 'public/css/app.css',
};

export interface BuiltFile {
  readonly name: string;
  /** Bytes as they travel: after gzip. */
  readonly gzip: number;
  /** SHA-384 of the bytes, as integrity attributes write it. */
  readonly sha384: string;
}

/** Bundles the island, its workers and the styles into public/built. */
export async function buildIsland(): Promise<readonly BuiltFile[]> {
  mkdirSync(BUILT, { recursive: true });
  const built: BuiltFile[] = [];
  for (const [name, entry] of Object.entries(BROWSER_ENTRIES)) {
    const result = await Bun.build({
      entrypoints: [join(ROOT, entry)],
      root: ROOT,
      target: 'browser',
      format: 'esm',
      minify: true,
      sourcemap: 'none',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const [output] = result.outputs;
    if (!result.success || !output || result.outputs.length !== 1)
      throw new Error(`${entry} gave ${result.outputs.length} files instead of one`);
    // Written beside and moved: a server that starts at the same time never reads half a file.
    const bytes = new Uint8Array(await output.arrayBuffer());
    const partial = join(BUILT, `${name}.${process.pid}`);
    await Bun.write(partial, bytes);
    renameSync(partial, join(BUILT, name));
    built.push({
      name,
      gzip: compress(bytes).length,
      sha384: `sha384-${new Bun.CryptoHasher('sha384').update(bytes).digest('base64')}`,
    });
  }
  return built;
}

/** Compiles the single executable; the island must be built. */
export async function buildBinary(outfile = join(ROOT, 'dist/sotto'), target?: string): Promise<void> {
  rmSync(outfile, { force: true });
  const args = [
    'build',
    '--compile',
    // Parsed beforehand: a third less time to the first answer. It admits no top-level await.
    '--bytecode',
    '--minify-whitespace',
    '--minify-syntax',
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    ...(target ? ['--target', target] : []),
    'src/main.ts',
    '--outfile',
    outfile,
  ];
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdout: 'ignore',
    stderr: 'inherit',
  });
  if ((await child.exited) !== 0) throw new Error('the binary could not be built');
}

if (import.meta.main) {
  for (const { name, gzip, sha384 } of await buildIsland())
    console.log(`${name}  ${(gzip / 1024).toFixed(1)} KiB gzip  ${sha384}`);
  if (!process.argv.includes('--island')) {
    await buildBinary();
    console.log('dist/sotto');
  }
}
