/** Accounts, sign-in, vault and devices: the JSON of /api/v1. Bytes are base64url; records are those of src/protocol. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Base64 } from './bytes.ts';
import type { AccountId, DeviceId } from './ids.ts';
import type { PolicyValues } from './policies.ts';

export type Role = 'owner' | 'admin' | 'member' | 'guest' | 'auditor';

/** What clients go by of what the workspace allows (contract/policies.ts). */
export type WorkspacePolicies = Pick<PolicyValues, 'registration' | 'relayDays' | 'history' | 'suite'>;

/** GET /api/v1/workspace: what anybody may know. */
export interface Workspace {
  readonly name: string;
  /** False until the first owner exists. */
  readonly ready: boolean;
  readonly release: string;
  /** True when the operator gave --url: passkeys are bound to a name that stays. */
  readonly fixedAddress: boolean;
  /** False when the address has no name (an IP) or no TLS: browsers refuse passkeys there. */
  readonly passkeys: boolean;
  /** Public key of the transparency log, 1,984 bytes: clients pin it when they join. */
  readonly logKey: Base64;
  readonly policies: WorkspacePolicies;
}

/** Argon2id, version 1.3: memory in KiB. The client refuses weaker ones than its floor [R16]. */
export interface PasswordParameters {
  readonly salt: Base64; // 16 bytes
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What a password leaves on the server: parameters, and a secret that the server hashes once more. */
export interface PasswordCredential extends PasswordParameters {
  readonly secret: Base64; // 32 bytes
}

export interface VaultSlotRecord {
  readonly kind: 'prf' | 'password' | 'recovery';
  /** The passkey's credential id for a prf slot, otherwise empty. */
  readonly id: string;
  readonly record: Base64;
}

export interface VaultRecord {
  readonly version: number;
  readonly sealed: Base64;
  readonly slots: readonly VaultSlotRecord[];
}

/** A signed prekey statement and, when uploaded together, a batch of one-time prekeys under one signed root. */
export interface PrekeyUpload {
  readonly signedPrekey?: Base64; // encoded SignedPrekey with its HSig
  readonly batch?: Base64; // encoded PrekeyBatch: root signature and all leaves; paths are computed from them
}

/** A device as its owner publishes it. */
export interface DeviceUpload {
  readonly certificate: Base64; // signed certificate with proof of possession
  readonly deviceList: Base64; // signed device list that names it
  readonly leaf: Base64; // signed leaf of the log for that list
  readonly prekeys: PrekeyUpload;
}

/** POST /api/v1/register/start: checks the token from the link and prepares a passkey. */
export interface RegisterStartRequest {
  readonly token: string;
  readonly username?: string;
  readonly name?: string;
  readonly account: AccountId;
}
export interface RegisterStart {
  readonly kind: 'setup' | 'invite';
  readonly role: Role;
  readonly workspace: Workspace;
  readonly passkey: PublicKeyCredentialCreationOptionsJSON | null;
}

/** POST /api/v1/register: everything of a new account at once, in one transaction. */
export interface RegisterRequest {
  readonly token: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  /** Only with the set-up link. */
  readonly workspaceName?: string;
  readonly aik: Base64; // hybrid public key, 1,984 bytes
  readonly password?: PasswordCredential;
  readonly passkey?: RegistrationResponseJSON;
  readonly recoverySecret: Base64; // 32 bytes
  readonly vault: VaultRecord;
  readonly device: DeviceUpload;
}

export interface SignInStartRequest {
  readonly username: string;
}
export interface PasswordSignInRequest {
  readonly username: string;
  readonly secret: Base64;
}
/** The recovery code's login secret; the code itself never leaves the device. */
export type RecoverySignInRequest = PasswordSignInRequest;
export interface PasskeySignInStart {
  readonly options: PublicKeyCredentialRequestOptionsJSON;
}
export interface PasskeySignInRequest {
  readonly response: AuthenticationResponseJSON;
}

/** What a session holds right after sign-in: the account, its vault, and a challenge to bind a device to it. */
export interface SignedIn {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly vault: VaultRecord;
  /** 32 bytes that a device signs (HSig "resume") to act in this session. */
  readonly challenge: Base64;
  /** The device this session acts for, once bound. */
  readonly device: DeviceId | null;
  /** The account's own directory entry, to extend its device list. */
  readonly directory: DirectoryEntry;
  /** As in Workspace. */
  readonly logKey: Base64;
}

/** POST /api/v1/sign-out. */
export interface SignOutRequest {
  readonly everywhere: boolean;
}

/** DELETE /api/v1/devices/ID: the new signed list, which leaves the device out and names it as revoked. */
export interface RevokeRequest {
  readonly deviceList: Base64;
  readonly leaf: Base64; // of the log, for that list; so in all that follow
}

/** PUT /api/v1/devices/ID: the same device and keys under a new certificate, and the signed list that names it instead. */
export interface RenewRequest {
  readonly certificate: Base64;
  readonly deviceList: Base64;
  readonly leaf: Base64;
}

/** PUT /api/v1/vault: the next version, and a signed device list that names it. */
export interface VaultUpdate {
  readonly vault: VaultRecord;
  readonly deviceList: Base64;
  readonly leaf: Base64;
}

/** POST /api/v1/devices/resume: an existing device of the account takes this session. */
export interface ResumeRequest {
  readonly device: DeviceId;
  readonly proof: Base64; // HSig("resume", challenge) by the device's signing key
}

/** What the server says of an account; the client believes only what verifies under the pinned AIK. */
export interface DirectoryEntry {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly aik: Base64;
  readonly deviceList: Base64;
  /** Signed certificates of the devices in the list, in the list's order. */
  readonly certificates: readonly Base64[];
  /** The account's newest signed leaf of the log; null when its list is from before there was a log. */
  readonly leaf: Base64 | null;
}

/** POST /api/v1/directory: 200 people at most. */
export interface DirectoryRequest {
  readonly people: readonly AccountId[];
}

/** One person of the workspace in a list. */
export interface Person {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** The account was deleted: nobody reads what is written to it, and nobody else gets its username. */
  readonly deleted?: boolean;
}

/** POST /api/v1/prekeys/claim: one bundle for each device asked for; a one-time key only while there is stock. */
export interface ClaimRequest {
  readonly devices: readonly DeviceId[];
}
export interface PrekeyBundleRecord {
  readonly device: DeviceId;
  readonly signedPrekey: Base64;
  readonly oneTime: null | {
    readonly leaf: Base64;
    /** Sibling hashes from the leaf up. */
    readonly path: readonly Base64[];
    readonly index: number;
    readonly size: number;
    /** The signed root: root and HSig. */
    readonly root: Base64;
  };
}
export interface PrekeyStock {
  readonly remaining: number;
}
export interface SessionRecord {
  /** A public handle, not the session's secret. */
  readonly id: string;
  readonly current: boolean;
  readonly device: DeviceId | null;
  readonly address: string;
  readonly agent: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** POST /api/v1/invites (admins). `secret` appears once, in the answer. */
export interface InviteRequest {
  readonly role?: Role;
  readonly uses?: number;
  /** Milliseconds from now. */
  readonly expiresIn?: number;
}
export interface InviteCreated {
  readonly url: string;
  readonly expiresAt: number;
  readonly uses: number;
  readonly role: Role;
}
