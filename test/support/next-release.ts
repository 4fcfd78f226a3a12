/**
 * Sotto as its next release may be: one migration more, which only adds, and other files for browsers. Started in place of the program.
 * SOTTO_TEST_NEXT=worker: with another service worker as well.
 */
import { resolve } from 'node:path';
import { plugin } from 'bun';
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts';
import { NEXT_RELEASE } from './next-name.ts';

const known = MIGRATIONS.at(-1)?.version ?? 0;
const next: Migration = {
  version: known + 1,
  name: 'next',
  sql: `CREATE TABLE next_release (id BIGINT PRIMARY KEY);
ALTER TABLE envelopes ADD COLUMN next_release TEXT;
ALTER TABLE sessions ADD COLUMN next_release BIGINT NOT NULL DEFAULT 7;
`,
  oldest: known,
};
Reflect.apply(Array.prototype.push, MIGRATIONS, [next]);

const own = JSON.stringify(resolve(import.meta.dir, 'next-assets.ts'));
const workerToo = process.env.SOTTO_TEST_NEXT === 'worker';
plugin({
  name: 'next release',
  setup(build) {
    build.onLoad({ filter: /\/src\/(?:contract\/release|embedded)\.ts$/ }, async ({ path }) => {
      const text = await Bun.file(path).text();
      return {
        loader: 'ts',
        contents: path.endsWith('/release.ts')
          ? text.replace(/RELEASE = '[^']+'/, `RELEASE = '${NEXT_RELEASE}'`)
          : `${text.replace('function loadAssets', 'function loadKnown')}
import { nextAssets } from ${own};
export const loadAssets = async () => nextAssets(await loadKnown(), '${NEXT_RELEASE}', ${workerToo});
`,
      };
    });
  },
});
await import('../../src/main.ts');
