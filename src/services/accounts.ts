/** People, registration, sign-in and vaults: the one door to accounts. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Caller, OpenedSession, Session } from '../auth/sessions.ts';
import type {
  DirectoryEntry,
  PasskeySignInStart,
  PasswordParameters,
  Person,
  RegisterStart,
  SignedIn,
  VaultRecord,
  Workspace,
} from '../contract/accounts.ts';
import type { AccountId } from '../contract/ids.ts';
import type { DeviceUploadBytes } from './devices.ts';

/** A request to register, read at the border. */
export interface Registration {
  readonly token: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly workspaceName: string | null;
  readonly aik: Uint8Array;
  readonly password: NewPassword | null;
  readonly passkey: RegistrationResponseJSON | null;
  readonly recoverySecret: Uint8Array;
  readonly vault: Vault;
  readonly device: DeviceUploadBytes;
}

export interface NewPassword {
  readonly salt: Uint8Array;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly secret: Uint8Array;
}

export interface Vault {
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly slots: readonly VaultSlot[];
}

export interface VaultSlot {
  readonly kind: 'prf' | 'password' | 'recovery';
  readonly id: string;
  readonly record: Uint8Array;
}

/** An answer to a sign-in, and the session that goes into the cookie. */
export interface Entered {
  readonly signedIn: SignedIn;
  readonly opened: OpenedSession;
}

export interface Accounts {
  workspace(): Promise<Workspace>;
  /** True once the first owner exists. */
  ready(): Promise<boolean>;

  registerStart(request: {
    readonly token: string;
    readonly account: AccountId;
    readonly username: string;
    readonly name: string;
  }): Promise<RegisterStart>;
  register(registration: Registration, caller: Caller): Promise<Entered>;

  /** Parameters of this person's password; stable made-up ones when there is none. */
  passwordParameters(username: string): Promise<PasswordParameters>;
  signInWithPassword(username: string, secret: Uint8Array, caller: Caller): Promise<Entered>;
  signInWithRecovery(username: string, secret: Uint8Array, caller: Caller): Promise<Entered>;
  passkeyStart(): Promise<PasskeySignInStart>;
  signInWithPasskey(response: AuthenticationResponseJSON, caller: Caller): Promise<Entered>;
  signedIn(session: Session): Promise<SignedIn>;

  /** Everybody, by name. */
  people(): Promise<readonly Person[]>;
  person(account: AccountId): Promise<Person | null>;
  personNamed(username: string): Promise<Person | null>;
  /** In the order asked; unknown ones are left out. */
  directory(accounts: readonly AccountId[]): Promise<readonly DirectoryEntry[]>;
  /** Ends all sessions of a disabled account; NotFound for an unknown username. */
  setDisabled(username: string, disabled: boolean): Promise<void>;

  vault(account: AccountId): Promise<VaultRecord>;
  replaceVault(session: Session, vault: Vault, deviceList: Uint8Array): Promise<void>;
}
