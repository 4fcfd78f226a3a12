/**
 * The new device's side of an approval (PROTOCOL 10; R38): it makes its keys, shows a code, waits for the sealed answer,
 * checks all of it, and publishes itself once its person has said yes.
 */
import { accountId, deviceId, fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import { PREKEY_BATCH } from '../../contract/limits.ts';
import { LINK_POLL_MS } from '../../contract/links.ts';
import { decodeCertificate, proveDevice, verifyCertificate } from '../../protocol/certificate.ts';
import { verifyDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes, wipe } from '../../protocol/hash.ts';
import { createSigningKeyPair, type SigningKeyPair } from '../../protocol/identity.ts';
import {
  type LinkRequest,
  linkCode,
  linkHash,
  linkRequestRecord,
  linkText,
} from '../../protocol/link-request.ts';
import { type LinkGrant, openLinkGrant, type TransferSecrets } from '../../protocol/link-transfer.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { createPrekeyBatch, createSignedPrekey } from '../../protocol/prekeys.ts';
import { ACTIVE_SUITE } from '../../protocol/suite.ts';
import { verifyLogLeaf } from '../../protocol/transparency.ts';
import { EnrolError } from '../enrol/errors.ts';
import { ask } from '../enrol/refusals.ts';
import type { Enrolled, OpenStorage } from '../enrol/types.ts';
import { forgetDevice, markPublished, readSelf, storeNewDevice } from '../self.ts';
import type { LinkTransport } from './link-transport.ts';

export interface LinkTools {
  readonly crypto: Crypto;
  readonly links: LinkTransport;
  readonly openStorage: OpenStorage;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A request that is shown to the person. */
export interface PendingLink {
  /** Four groups of five, to be typed on the other device. */
  readonly code: string;
  /** What the QR code holds. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /**
   * Resolves when another device has approved.
   * @throws EnrolError link-used (over, or cancelled), identity-mismatch (an answer that does not hold)
   */
  approved(): Promise<LinkOffer>;
  /** Gives up; `approved` then throws link-used. */
  cancel(): Promise<void>;
}

/** Whose device this would be. Nothing is published until `accept`. */
export interface LinkOffer {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  /** Five characters that the approving device shows too. Other ones there: the server made this answer. */
  readonly check: string;
  /** @throws EnrolError offline, conflict, link-used, not-this-account, refused */
  accept(): Promise<Enrolled>;
  decline(): Promise<void>;
}

interface Keys {
  readonly signing: SigningKeyPair;
  readonly agreement: Uint8Array;
  readonly transfer: TransferSecrets;
}

const OVER = 'The code is used up, taken back, or older than ten minutes. Start again for a new one.';

/**
 * Asks the server to hand a request on.
 * @param agent what this place is, such as "Firefox on Linux": the approving device shows it
 * @throws EnrolError offline, rate-limited, conflict, refused
 */
export async function requestLink(tools: LinkTools, agent: string): Promise<PendingLink> {
  const { crypto, links } = tools;
  const { request, keys } = await newRequest(crypto, agent);
  const encoded = linkRequestRecord.encode(request);
  const hashed = linkHash(encoded);
  const { token, expiresAt } = await ask(() => links.startLink(toBase64(encoded)));
  let isOver = false;
  const cancel = async () => {
    isOver = true;
    wipeKeys(keys);
    await links.cancelLink(token).catch(() => {});
  };
  return {
    code: linkCode(hashed),
    text: linkText(hashed),
    expiresAt,
    cancel,
    async approved() {
      for (;;) {
        const answer = await answerTo(tools, token);
        if (isOver) throw new EnrolError('link-used', OVER);
        if (answer === null) {
          await tools.pause(LINK_POLL_MS);
          continue;
        }
        const { grant, check } = await openAnswer(crypto, request, keys, answer).catch(async (error) => {
          await cancel();
          throw error;
        });
        return {
          account: accountId(grant.account),
          username: grant.username,
          name: grant.name,
          check,
          accept: () => accept(tools, token, request, keys, grant),
          decline: cancel,
        };
      }
    },
  };
}

async function newRequest(crypto: Crypto, agent: string): Promise<{ request: LinkRequest; keys: Keys }> {
  const { provider, random } = crypto;
  const keys: Keys = {
    signing: await createSigningKeyPair(crypto),
    agreement: random(32),
    transfer: { x25519: random(32), kem: random(64) },
  };
  const request: LinkRequest = {
    device: random(16),
    signingKey: keys.signing.publicKey,
    agreementKey: await provider.x25519PublicKey(keys.agreement),
    suites: [ACTIVE_SUITE],
    transferKey: await provider.x25519PublicKey(keys.transfer.x25519),
    transferKem: (await provider.mlKemKeyPair(ACTIVE_SUITE, keys.transfer.kem)).publicKey,
    agent: agent.slice(0, 40),
    created: crypto.clock(),
  };
  return { request, keys };
}

/** The answer, or null while there is none. A server that does not answer is asked again until the code is over. */
async function answerTo({ links }: LinkTools, token: string): Promise<Uint8Array | null> {
  try {
    const { state, answer } = await ask(() => links.linkState(token));
    if (state === 'cancelled' || state === 'done') throw new EnrolError('link-used', OVER);
    return answer === null ? null : fromBase64(answer);
  } catch (error) {
    const again = error instanceof EnrolError && (error.code === 'offline' || error.code === 'rate-limited');
    if (again) return null;
    throw error;
  }
}

/** The grant, after everything in it was checked against one's own keys. */
async function openAnswer(crypto: Crypto, request: LinkRequest, keys: Keys, answer: Uint8Array) {
  try {
    const opened = await openLinkGrant(crypto, request, keys.transfer, answer);
    const { account, aik, deviceList, leaf } = opened.grant;
    const certificate = await proveDevice(crypto, keys.signing, opened.grant.certificate);
    const { certificate: named, hash } = await verifyCertificate(crypto, certificate, {
      aik,
      account,
      now: crypto.clock(),
    });
    const { list, hash: listHash } = await verifyDeviceList(crypto, deviceList, { aik, account });
    const { leaf: logged } = await verifyLogLeaf(crypto, leaf, { aik, account });
    const isOwn =
      equalBytes(named.device, request.device) &&
      equalBytes(named.agreementKey, request.agreementKey) &&
      list.certificates.some((each) => equalBytes(each, hash)) &&
      equalBytes(logged.deviceList, listHash);
    if (!isOwn) throw forged();
    return opened;
  } catch (cause) {
    throw isProtocolError(cause) ? forged(cause) : cause;
  }
}

const forged = (cause?: unknown): EnrolError =>
  new EnrolError(
    'identity-mismatch',
    'The answer that the server gave does not hold, so nothing was added. Start again, and tell your administrator if it happens twice.',
    { cause },
  );

async function accept(
  { crypto, links, openStorage }: LinkTools,
  token: string,
  request: LinkRequest,
  { signing, agreement, transfer }: Keys,
  grant: LinkGrant,
): Promise<Enrolled> {
  const account = accountId(grant.account);
  const device = deviceId(request.device);
  const storage = await openStorage({ account, newDevice: device, deviceWrapKey: grant.deviceWrapKey });
  try {
    const found = await readSelf(storage);
    if (found?.published)
      throw new EnrolError(
        'not-this-account',
        `This place is a device of ${found.username} already. Sign in here instead, or remove that device first.`,
      );
    if (found) await forgetDevice(storage);
    const certificate = await proveDevice(crypto, signing, grant.certificate);
    const signedPrekey = await createSignedPrekey(crypto, signing, FIRST_PREKEY_ID);
    const oneTimePrekeys = await createPrekeyBatch(crypto, signing, FIRST_PREKEY_ID, PREKEY_BATCH);
    await storeNewDevice(storage, {
      account,
      device,
      username: grant.username,
      name: grant.name,
      aik: grant.aik,
      signing: signing.secret,
      agreement,
      certificate,
      deviceList: grant.deviceList,
      signedPrekey,
      oneTimePrekeys,
      now: decodeCertificate(certificate).certificate.created,
    });
    try {
      const signedIn = await ask(() =>
        links.completeLink({
          token,
          certificate: toBase64(certificate),
          deviceList: toBase64(grant.deviceList),
          leaf: toBase64(grant.leaf),
          prekeys: { signedPrekey: toBase64(signedPrekey.signed), batch: toBase64(oneTimePrekeys.batch) },
        }),
      );
      await markPublished(storage, grant.logKey);
      return { signedIn, device, storage, resumed: false };
    } catch (error) {
      // Without an answer it may be published: the keys stay, and signing in here finds out.
      if (!(error instanceof EnrolError && error.code === 'offline')) await forgetDevice(storage);
      throw error;
    }
  } catch (error) {
    await storage.close();
    throw error;
  } finally {
    wipe(transfer.x25519, transfer.kem, grant.deviceWrapKey);
  }
}
/** Ids of prekeys count from here. */
const FIRST_PREKEY_ID = 1;

function wipeKeys({ signing, agreement, transfer }: Keys): void {
  wipe(signing.secret, agreement, transfer.x25519, transfer.kem);
}
