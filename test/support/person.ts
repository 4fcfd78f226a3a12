/**
 * A person for tests of the server: real keys and records, made with the protocol alone, so that every call can be
 * made by hand, rightly and wrongly.
 */
import type {
  DeviceUpload,
  PasswordCredential,
  RegisterRequest,
  SignedIn,
  VaultRecord,
} from '../../src/contract/accounts.ts';
import { accountId, deviceId, toBase64, toHex } from '../../src/contract/bytes.ts';
import type { ErrorBody } from '../../src/contract/errors.ts';
import type { AccountId, DeviceId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { runtime } from '../../src/native/runtime.ts';
import { decodeCertificate, issueCertificate } from '../../src/protocol/certificate.ts';
import { decodeDeviceList, signDeviceList } from '../../src/protocol/device-list.ts';
import { createSigningKeyPair, type SigningKeyPair, signHybrid } from '../../src/protocol/identity.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../src/protocol/prekeys.ts';
import { decodeSignedLeaf, type PlacedLeaf, signNextLeaf } from '../../src/protocol/transparency.ts';
import { checkAnswer } from './schema.ts';

export const random = (length: number): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(length));
export const tools = { provider: runtime, random, clock: Date.now };

const DAY_MS = 24 * 3600 * 1000;

/** A device's keys and what it publishes. */
export interface Device {
  readonly id: DeviceId;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly dik: SigningKeyPair;
  readonly certificate: Uint8Array;
  readonly hash: Uint8Array;
}

export interface Identity {
  readonly account: AccountId;
  /** As the log has it. */
  readonly username?: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly aik: SigningKeyPair;
}

export async function newIdentity(username = 'somebody'): Promise<Identity> {
  const bytes = random(16);
  return { account: accountId(bytes), username, bytes, aik: await createSigningKeyPair(tools) };
}

export async function newDevice(
  identity: Identity,
  {
    id = random(16),
    lifetime = 180 * DAY_MS,
  }: { readonly id?: Uint8Array<ArrayBuffer>; readonly lifetime?: number } = {},
): Promise<Device> {
  const dik = await createSigningKeyPair(tools);
  const agreementKey = await runtime.x25519PublicKey(random(32));
  const created = Date.now();
  const certificate = await issueCertificate(tools, identity.aik, dik, {
    account: identity.bytes,
    device: id,
    signingKey: dik.publicKey,
    agreementKey,
    suites: [2],
    created,
    expires: created + lifetime,
  });
  return { id: deviceId(id), bytes: id, dik, certificate, hash: decodeCertificate(certificate).hash };
}

export interface ListTerms {
  readonly version?: number;
  readonly previous?: Uint8Array;
  readonly devices: readonly Device[];
  readonly revoked?: readonly Uint8Array[];
  readonly vaultVersion?: number;
}

/** Leaves of the log by the hash of the list that they are about, hexadecimal. */
const leaves = new Map<string, PlacedLeaf & { readonly signed: Uint8Array }>();

/** A signed device list, the first one of an account unless told otherwise; `leafOf` has its leaf. */
export async function newList(identity: Identity, terms: ListTerms): Promise<Uint8Array> {
  const list = await signList(identity, terms);
  const { hash, list: signed } = decodeDeviceList(list);
  const leaf = await signNextLeaf(tools, identity.aik, {
    account: identity.bytes,
    username: identity.username ?? 'somebody',
    deviceList: hash,
    vaultVersion: signed.vaultVersion,
    previous: leaves.get(toHex(signed.previous)) ?? null,
  });
  leaves.set(toHex(hash), { ...decodeSignedLeaf(leaf), signed: leaf });
  return list;
}

/** The leaf for a list of `newList`. */
export function leafOf(list: Uint8Array): string {
  const leaf = leaves.get(toHex(listHash(list)));
  if (!leaf) throw new Error('a list that was not made here');
  return toBase64(leaf.signed);
}

function signList(identity: Identity, terms: ListTerms): Promise<Uint8Array> {
  return signDeviceList(tools, identity.aik, {
    account: identity.bytes,
    version: terms.version ?? 1,
    previous: terms.previous ?? new Uint8Array(32),
    certificates: terms.devices.map((device) => device.hash),
    revoked: [...(terms.revoked ?? [])],
    vaultVersion: terms.vaultVersion ?? 1,
  });
}

export const listHash = (signed: Uint8Array): Uint8Array => decodeDeviceList(signed).hash;

/** What a device uploads with itself; few prekeys, because each costs a millisecond. */
export async function newUpload(device: Device, deviceList: Uint8Array, prekeys = 3): Promise<DeviceUpload> {
  const { signed } = await createSignedPrekey(tools, device.dik, 1);
  return {
    certificate: toBase64(device.certificate),
    deviceList: toBase64(deviceList),
    leaf: leafOf(deviceList),
    prekeys: {
      signedPrekey: toBase64(signed),
      ...(prekeys > 0
        ? { batch: toBase64((await createPrekeyBatch(tools, device.dik, 0, prekeys)).batch) }
        : {}),
    },
  };
}

export const newVault = (version = 1): VaultRecord => ({
  version,
  sealed: toBase64(random(300)),
  slots: [
    { kind: 'password', id: '', record: toBase64(random(120)) },
    { kind: 'recovery', id: '', record: toBase64(random(120)) },
  ],
});

export const newPassword = (secret = random(32)): PasswordCredential => ({
  salt: toBase64(random(16)),
  memory: 65536,
  passes: 3,
  lanes: 1,
  secret: toBase64(secret),
});

/** A person with an account: keys, secrets, and a cookie. */
export interface Registered {
  readonly identity: Identity;
  readonly device: Device;
  readonly request: RegisterRequest;
  readonly signedIn: SignedIn;
  readonly cookie: string;
}

/** A request that a server takes, with what stands behind it. */
export async function newRegistration(
  token: string,
  username: string,
  more: { readonly workspaceName?: string; readonly prekeys?: number } = {},
): Promise<{ readonly identity: Identity; readonly device: Device; readonly request: RegisterRequest }> {
  const identity = await newIdentity(username.toLowerCase());
  const device = await newDevice(identity);
  const list = await newList(identity, { devices: [device] });
  const request: RegisterRequest = {
    token,
    account: identity.account,
    username,
    name: `Name of ${username}`,
    ...(more.workspaceName ? { workspaceName: more.workspaceName } : {}),
    aik: toBase64(identity.aik.publicKey),
    password: newPassword(),
    recoverySecret: toBase64(random(32)),
    vault: newVault(),
    device: await newUpload(device, list, more.prekeys),
  };
  return { identity, device, request };
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** `name=value`, as it is sent back. */
  readonly cookie: string | null;
  readonly headers: Headers;
}

/**
 * One call as a browser makes it; the caller says what it expects. Sends JSON unless `body` is a string already. Throws for an answer
 * that the OpenAPI document does not have.
 */
export async function call<T = ErrorBody>(
  origin: string,
  method: string,
  path: string,
  { body, cookie, headers = {} }: { body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  checkAnswer(method, path, response.status, parsed(text));
  const set = response.headers.get('set-cookie');
  return {
    status: response.status,
    body: parsed(text) as T,
    cookie: set === null ? null : (set.split(';')[0] ?? null),
    headers: response.headers,
  };
}

/** Registers a new person over HTTP. */
export async function join(
  origin: string,
  token: string,
  username: string,
  more: { readonly workspaceName?: string; readonly prekeys?: number } = {},
): Promise<Registered> {
  const made = await newRegistration(token, username, more);
  const answer = await call<SignedIn>(origin, 'POST', PATHS.register, { body: made.request });
  if (answer.status !== 201 || answer.cookie === null)
    throw new Error(`registration answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { ...made, signedIn: answer.body, cookie: answer.cookie };
}

/** The proof that a device gives to take a session. */
export const proofOf = async (device: Device, challenge: Uint8Array): Promise<string> =>
  toBase64(await signHybrid(tools, device.dik, 'resume', challenge));

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
