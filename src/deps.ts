/**
 * What the server's rooms are given when they are built. Types only: nothing here opens, reads or listens, so that a
 * test builds an app in a line.
 */

import type { Assets } from './assets.ts';
import type { Sessions } from './auth/sessions.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Config } from './config.ts';
import type { Peer } from './http/address.ts';
import type { RateLimits } from './http/limits.ts';
import type { Jobs } from './ops/jobs.ts';
import type { Log } from './ops/log.ts';
import type { Ops } from './ops/ops.ts';
import type { Encryption } from './ops/tls/encryption.ts';
import type { ShippingState } from './ops/wal/progress.ts';
import type { Hub } from './realtime/hub.ts';
import type { Accounts } from './services/accounts.ts';
import type { Audit } from './services/audit.ts';
import type { Backups } from './services/backups.ts';
import type { Confirmation } from './services/confirmation.ts';
import type { Conversations } from './services/conversations.ts';
import type { Deletion } from './services/deletion.ts';
import type { Delivery } from './services/delivery.ts';
import type { Devices } from './services/devices.ts';
import type { FileCleanup } from './services/file-cleanup.ts';
import type { FileRequests } from './services/file-requests.ts';
import type { FileVisits } from './services/file-visits.ts';
import type { Files } from './services/files.ts';
import type { Invites } from './services/invites.ts';
import type { Links } from './services/links.ts';
import type { Mail } from './services/mail.ts';
import type { Parcels } from './services/parcels.ts';
import type { Passkeys } from './services/passkeys.ts';
import type { Passwords } from './services/passwords.ts';
import type { PersonalExport } from './services/personal-export.ts';
import type { Places } from './services/places.ts';
import type { Policies } from './services/policies.ts';
import type { Prekeys } from './services/prekeys.ts';
import type { Presence } from './services/presence.ts';
import type { Pushes } from './services/pushes.ts';
import type { ReleaseFiles } from './services/release-files.ts';
import type { Releases } from './services/releases.ts';
import type { Rosters } from './services/rosters.ts';
import type { SecondFactor } from './services/second-factor.ts';
import type { ServerBackups } from './services/server-backups.ts';
import type { Shares } from './services/shares.ts';
import type { StartAgain } from './services/start-again.ts';
import type { Storage } from './services/storage.ts';
import type { Tokens } from './services/tokens.ts';
import type { Transparency } from './services/transparency.ts';
import type { Usage } from './services/usage.ts';
import type { Db } from './store/db.ts';

/** What services are made of. */
export interface Ports {
  readonly config: Config;
  readonly db: Db;
  /** Where the bytes of files lie. */
  readonly blobs: Blobs;
  readonly hub: Hub;
  readonly log: Log;
  /** What looks after the running server. */
  readonly ops: Ops;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** `length` bytes from a cryptographic source. */
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
}

export interface Services {
  readonly accounts: Accounts;
  readonly invites: Invites;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly links: Links;
  readonly prekeys: Prekeys;
  readonly conversations: Conversations;
  readonly rosters: Rosters;
  readonly delivery: Delivery;
  readonly transparency: Transparency;
  readonly tokens: Tokens;
  readonly backups: Backups;
  readonly parcels: Parcels;
  readonly places: Places;
  readonly passkeys: Passkeys;
  readonly passwords: Passwords;
  readonly confirmation: Confirmation;
  readonly secondFactor: SecondFactor;
  readonly policies: Policies;
  readonly presence: Presence;
  readonly pushes: Pushes;
  readonly startAgain: StartAgain;
  readonly audit: Audit;
  readonly deletion: Deletion;
  readonly personalExport: PersonalExport;
  readonly mail: Mail;
  readonly files: Files;
  readonly fileCleanup: FileCleanup;
  readonly storage: Storage;
  readonly serverBackups: ServerBackups;
  readonly visits: FileVisits;
  readonly shares: Shares;
  readonly fileRequests: FileRequests;
  readonly usage: Usage;
  readonly releases: Releases;
}

export interface Deps extends Ports {
  readonly services: Services;
  readonly assets: Assets;
  /** Files of other releases at work; missing, or null: there is one node. */
  readonly releaseFiles?: ReleaseFiles | null;
  /** What the server does by itself, and how it went. */
  readonly jobs: Jobs;
  /** The certificate of the listener; null: plain HTTP, for localhost or behind a proxy. */
  readonly encryption: Encryption | null;
  readonly limits: RateLimits;
  /** How the write-ahead log is kept elsewhere; missing, or null: it is not. */
  readonly shipping?: () => ShippingState | null;
  /** The origin people open, as links, passkeys and the Origin check need it. Known once the port is bound. */
  readonly origin: () => string;
  /** Who is at the other end of the connection: a trusted proxy, or the client itself. */
  readonly peer: (request: Request) => Peer;
  /** The client's address, through trusted proxies. */
  readonly address: (request: Request) => string;
}
