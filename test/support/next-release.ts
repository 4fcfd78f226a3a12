/** Sotto as its next release may be: one migration more, which only adds. Started in place of the program. */
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts';

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
await import('../../src/main.ts');
