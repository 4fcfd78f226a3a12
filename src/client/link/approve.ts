/**
 * The existing device's side of an approval (protocol/README 10, "Approving a device"; R38): it finds the request by
 * its code, and only when the vault was opened for it, there and then, signs for exactly those keys.
 */

import { deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { DeviceId } from '../../contract/ids.ts';
import { MAX_DEVICES_PER_PERSON } from '../../contract/limits.ts';
import type { LinkState } from '../../contract/links.ts';
import { t } from '../../contract/words.ts';
import { CERTIFICATE_LIFETIME_MS, certifyDevice, decodeCertified } from '../../protocol/certificate.ts';
import { decodeDeviceList, signDeviceList } from '../../protocol/device-list.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { wipe } from '../../protocol/hash.ts';
import { type LinkCode, linkHash, linkRequestRecord, readLinkCode } from '../../protocol/link-request.ts';
import { sealLinkGrant } from '../../protocol/link-transfer.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { EnrolError } from '../enrol/errors.ts';
import { checkKnownList } from '../enrol/known-list.ts';
import { leafFor, ownLeaf } from '../enrol/own-leaf.ts';
import { ask } from '../enrol/refusals.ts';
import type { Unlocked } from '../enrol/types.ts';
import type { Reads } from '../operation.ts';
import { LOG_KEY } from '../self.ts';
import type { LinkTransport } from './link-transport.ts';

export interface ApproveTools {
  readonly crypto: Crypto;
  readonly links: LinkTransport;
}

/** A request whose keys have the hash that the person brought. */
export interface FoundLink {
  /** Encoded, as it was compared. */
  readonly request: Uint8Array;
  /** What the new device says it is. */
  readonly agent: string;
  /** When it asked, by the server's clock; epoch milliseconds. */
  readonly createdAt: number;
}

/** An approval on its way to the new device. */
export interface GivenApproval {
  readonly device: DeviceId;
  /** Five characters that the new device shows too. */
  readonly check: string;
  /** What became of it; `cancelled` also when it ran out, `answered` while the server does not say. @throws EnrolError */
  outcome(): Promise<LinkState>;
  /** Takes it back while it was not used. @throws EnrolError */
  withdraw(): Promise<void>;
}

/**
 * Finds the request that a code (typed, or the text of the QR code) belongs to.
 * @throws EnrolError invalid (no such code; or a request that the code does not fit: then nothing is signed), offline,
 *   rate-limited
 */
export async function findLink({ links }: ApproveTools, given: string): Promise<FoundLink> {
  const code = readCode(given);
  const found = await ask(() => links.findLink(code.finder)).catch((error) => {
    throw error instanceof EnrolError && error.code === 'refused' ? wrongCode(error.message, error) : error;
  });
  const request = bytesOf(found.request);
  if (!code.matches(request))
    throw wrongCode(
      t('This code does not fit the device that waits. Check it, or start again on the new device.'),
    );
  try {
    const { agent } = linkRequestRecord.decode(request);
    return { request, agent, createdAt: found.createdAt };
  } catch (cause) {
    if (!isProtocolError(cause)) throw cause;
    throw wrongCode(t('The new device is of another release. Update both and start again.'), cause);
  }
}

/**
 * Signs for the new device and sends the sealed answer. The open vault is the person's fresh word: wipes its secrets when
 * it is done, whatever happens.
 * @param known storage of this device: the newest list that it has seen, and the log's key as it was pinned; null when it is
 *   not open, and then there is only the server's word to hand on: refused
 * @throws EnrolError device-limit, identity-mismatch, conflict (answered already), link-used, offline, refused
 */
export async function approveLink(
  { crypto, links }: ApproveTools,
  unlocked: Unlocked,
  { request }: FoundLink,
  known: Reads | null,
): Promise<GivenApproval> {
  const { signedIn, aik, secrets } = unlocked;
  try {
    const asked = linkRequestRecord.decode(request);
    if (known) await checkKnownList(crypto, unlocked, known);
    const logKey = await known?.get('meta', LOG_KEY);
    if (!logKey)
      throw new EnrolError(
        'refused',
        t('The keys of this device are not open. Sign in here once more, then approve the new one.'),
      );
    const { list, hash } = decodeDeviceList(fromBase64(signedIn.directory.deviceList));
    if (list.certificates.length >= MAX_DEVICES_PER_PERSON)
      throw new EnrolError(
        'device-limit',
        t('You have {n} devices, which is the most. Remove one in Settings first.', {
          n: MAX_DEVICES_PER_PERSON,
        }),
      );
    const account = fromHex(signedIn.account);
    const now = crypto.clock();
    const { device, signingKey, agreementKey, suites } = asked;
    const certificate = await certifyDevice(crypto, aik, {
      account,
      device,
      signingKey,
      agreementKey,
      suites,
      created: now,
      expires: now + CERTIFICATE_LIFETIME_MS,
    });
    const certificateHash = decodeCertified(certificate).hash;
    const deviceList = await signDeviceList(crypto, aik, {
      ...list,
      version: list.version + 1,
      previous: hash,
      certificates: [...list.certificates, certificateHash],
    });
    const { username, name } = signedIn;
    const leaf = await leafFor(crypto, aik, username, deviceList, await ownLeaf(crypto, unlocked));
    const { answer, check } = await sealLinkGrant(crypto, request, {
      account,
      username,
      name,
      aik: aik.publicKey,
      certificate,
      deviceList,
      leaf: fromBase64(leaf),
      logKey,
      deviceWrapKey: secrets.deviceWrapKey,
      backupKey: secrets.backupKey,
    });
    const named = toBase64(linkHash(request));
    await ask(() =>
      links.answerLink({
        request: named,
        certificateHash: toBase64(certificateHash),
        answer: toBase64(answer),
      }),
    );
    return {
      device: deviceId(device),
      check,
      outcome: async () => {
        try {
          return (await ask(() => links.linkOutcome(named))).state;
        } catch (error) {
          if (!(error instanceof EnrolError)) throw error;
          if (error.code === 'link-used') return 'cancelled';
          if (error.code === 'offline' || error.code === 'rate-limited') return 'answered';
          throw error;
        }
      },
      withdraw: () => ask(() => links.withdrawLink(named)),
    };
  } finally {
    wipe(secrets.aik, secrets.backupKey, secrets.deviceWrapKey, aik.secret);
  }
}

function readCode(given: string): LinkCode {
  try {
    return readLinkCode(given);
  } catch (cause) {
    if (!isProtocolError(cause)) throw cause;
    throw wrongCode(
      t('A code has four groups of five letters and digits. Read it from the new device once more.'),
      cause,
    );
  }
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}

const wrongCode = (sentence: string, cause?: unknown): EnrolError =>
  new EnrolError('invalid', sentence, { fields: { linkCode: [sentence] }, cause });
