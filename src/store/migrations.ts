/** Every migration, in order: append-only. Explicit imports, so that the single binary carries them. */
import accounts from '../../migrations/0001_accounts.sql' with { type: 'text' };
import devices from '../../migrations/0002_devices.sql' with { type: 'text' };
import relay from '../../migrations/0003_relay.sql' with { type: 'text' };
import transparency from '../../migrations/0004_transparency.sql' with { type: 'text' };
import links from '../../migrations/0005_links.sql' with { type: 'text' };
import rosters from '../../migrations/0006_rosters.sql' with { type: 'text' };
import backup from '../../migrations/0007_backup.sql' with { type: 'text' };
import presence from '../../migrations/0008_presence.sql' with { type: 'text' };
import push from '../../migrations/0009_push.sql' with { type: 'text' };
import parcels from '../../migrations/0010_parcels.sql' with { type: 'text' };
import startAgain from '../../migrations/0011_start_again.sql' with { type: 'text' };
import files from '../../migrations/0012_files.sql' with { type: 'text' };
import shares from '../../migrations/0013_shares.sql' with { type: 'text' };
import secondFactor from '../../migrations/0014_second_factor.sql' with { type: 'text' };
import mail from '../../migrations/0015_mail.sql' with { type: 'text' };
import tokens from '../../migrations/0016_tokens.sql' with { type: 'text' };
import usage from '../../migrations/0017_usage.sql' with { type: 'text' };
import audit from '../../migrations/0018_audit.sql' with { type: 'text' };
import nodes from '../../migrations/0019_nodes.sql' with { type: 'text' };
import releaseFiles from '../../migrations/0020_release_files.sql' with { type: 'text' };

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /**
   * The schema of the release before, where its code goes on working with this one (ARCHITECTURE.md, "Storage"): nodes are exchanged one
   * after the other then. Missing where all of them have to end first.
   */
  readonly oldest?: number;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'accounts', sql: accounts },
  { version: 2, name: 'devices', sql: devices },
  { version: 3, name: 'relay', sql: relay },
  { version: 4, name: 'transparency', sql: transparency },
  { version: 5, name: 'links', sql: links },
  { version: 6, name: 'rosters', sql: rosters },
  { version: 7, name: 'backup', sql: backup },
  { version: 8, name: 'presence', sql: presence },
  { version: 9, name: 'push', sql: push },
  { version: 10, name: 'parcels', sql: parcels },
  { version: 11, name: 'start_again', sql: startAgain },
  { version: 12, name: 'files', sql: files },
  { version: 13, name: 'shares', sql: shares },
  { version: 14, name: 'second_factor', sql: secondFactor },
  { version: 15, name: 'mail', sql: mail },
  { version: 16, name: 'tokens', sql: tokens },
  { version: 17, name: 'usage', sql: usage },
  { version: 18, name: 'audit', sql: audit },
  { version: 19, name: 'nodes', sql: nodes },
  { version: 20, name: 'release_files', sql: releaseFiles, oldest: 19 },
];
