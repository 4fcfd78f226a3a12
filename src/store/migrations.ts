/** Every migration, in order: append-only. Explicit imports, so that the single binary carries them. */
import accounts from '../../migrations/0001_accounts.sql' with { type: 'text' };
import devices from '../../migrations/0002_devices.sql' with { type: 'text' };
import relay from '../../migrations/0003_relay.sql' with { type: 'text' };
import transparency from '../../migrations/0010_transparency.sql' with { type: 'text' };
import links from '../../migrations/0011_links.sql' with { type: 'text' };
import rosters from '../../migrations/0012_rosters.sql' with { type: 'text' };

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'accounts', sql: accounts },
  { version: 2, name: 'devices', sql: devices },
  { version: 3, name: 'relay', sql: relay },
  { version: 10, name: 'transparency', sql: transparency },
  { version: 11, name: 'links', sql: links },
  { version: 12, name: 'rosters', sql: rosters },
];
