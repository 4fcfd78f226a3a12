/**
 * Starting again: a new identity under the same account, for somebody who has lost every device and every way in. An admin
 * makes the link; its token stands in the fragment of the page's address.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { DeviceUpload, DirectoryEntry, PasswordCredential, VaultRecord, Workspace } from './accounts.ts';
import type { Base64 } from './bytes.ts';

export const START_AGAIN_PATHS = {
  /** POST StartAgainStartRequest -> StartAgainStart. Needs no session. */
  start: '/api/v1/start-again/start',
  /** POST StartAgainRequest -> 201 SignedIn, in a session bound to the new device. Needs no session. */
  complete: '/api/v1/start-again',
} as const;

/** How long a link can be used: a day, so that it does not lie about. */
export const START_AGAIN_MS = 24 * 3600 * 1000;

/** The page that the link leads to. */
export const startAgainUrl = (origin: string, token: string): string => `${origin}/start-again#${token}`;

export interface StartAgainStartRequest {
  readonly token: string;
}
export interface StartAgainStart {
  /** The account as it is: what comes next follows its list and its leaf. */
  readonly directory: DirectoryEntry;
  readonly workspace: Workspace;
  /** Null where the address cannot use passkeys. */
  readonly passkey: PublicKeyCredentialCreationOptionsJSON | null;
}

/**
 * What replaces everything that the account had. The device list is the next one, names the new device alone and all former
 * devices as revoked; the vault has the next version; both, and the leaf, are signed by the new identity.
 */
export interface StartAgainRequest {
  readonly token: string;
  readonly aik: Base64; // hybrid public key, 1,984 bytes
  readonly password?: PasswordCredential;
  readonly passkey?: RegistrationResponseJSON;
  readonly recoverySecret: Base64; // 32 bytes
  readonly vault: VaultRecord;
  readonly device: DeviceUpload;
}

/** What an admin is shown of a new link. `url` appears once, in the answer. */
export interface StartAgainCreated {
  readonly url: string;
  readonly username: string;
  readonly name: string;
  readonly expiresAt: number;
}
