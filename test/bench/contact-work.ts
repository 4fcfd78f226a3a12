/** First contact with devices that were never written to: a published person, and what a sender verifies and begins. */
import {
  CERTIFICATE_LIFETIME_MS,
  decodeCertificate,
  issueCertificate,
  verifyCertificate,
} from '../../src/protocol/certificate.ts';
import { signDeviceList, verifyDeviceList } from '../../src/protocol/device-list.ts';
import { createSigningKeyPair } from '../../src/protocol/identity.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  decodePrekeyBatch,
  prekeyPath,
  verifyOneTimePrekey,
  verifySignedPrekey,
} from '../../src/protocol/prekeys.ts';
import { type OwnDevice, type Session, startSession } from '../../src/protocol/session.ts';

/** One-time keys of a device here: as deep a path as a full batch has costs a hundred key pairs. */
const BATCH = 8;

interface Published {
  readonly certificate: Uint8Array;
  readonly signedPrekey: Uint8Array;
  readonly oneTime: Parameters<typeof verifyOneTimePrekey>[1];
}
/** What the relay shows of a person, all of it signed. */
export interface PublishedPerson {
  /** 16 B, and 1,984 B. */
  readonly account: Uint8Array;
  readonly aik: Uint8Array;
  readonly deviceList: Uint8Array;
  readonly devices: readonly Published[];
}

/** A person with so many devices. */
export async function publishPerson(crypto: Crypto, devices: number): Promise<PublishedPerson> {
  const aik = await createSigningKeyPair(crypto);
  const account = crypto.random(16);
  const published: Published[] = [];
  for (let i = 0; i < devices; i++) {
    const dik = await createSigningKeyPair(crypto);
    const certificate = await issueCertificate(crypto, aik, dik, {
      account,
      device: crypto.random(16),
      signingKey: dik.publicKey,
      agreementKey: await crypto.provider.x25519PublicKey(crypto.random(32)),
      suites: [2],
      created: crypto.clock(),
      expires: crypto.clock() + CERTIFICATE_LIFETIME_MS,
    });
    const { signed: signedPrekey } = await createSignedPrekey(crypto, dik, 1);
    const { batch } = await createPrekeyBatch(crypto, dik, 2, BATCH);
    const { root, leaves } = decodePrekeyBatch(batch);
    const [leaf = new Uint8Array()] = leaves;
    const oneTime = { leaf, path: prekeyPath(leaves, 0), index: 0, size: leaves.length, root };
    published.push({ certificate, signedPrekey, oneTime });
  }
  const deviceList = await signDeviceList(crypto, aik, {
    account,
    version: 1,
    previous: new Uint8Array(32),
    certificates: published.map(({ certificate }) => decodeCertificate(certificate).hash),
    revoked: [],
    vaultVersion: 1,
  });
  return { account, aik: aik.publicKey, deviceList, devices: published };
}

/** Verifies the list once and every device under it, and begins a session with each. */
export async function meet(
  crypto: Crypto,
  self: OwnDevice,
  person: PublishedPerson,
): Promise<readonly Session[]> {
  const now = crypto.clock();
  const { aik, account } = person;
  await verifyDeviceList(crypto, person.deviceList, { aik, account });
  const sessions: Session[] = [];
  for (const device of person.devices) {
    const known = await verifyCertificate(crypto, device.certificate, { aik, account, now });
    const { signingKey } = known.certificate;
    const { prekey, hash } = await verifySignedPrekey(crypto, device.signedPrekey, { signingKey, now });
    const oneTime = await verifyOneTimePrekey(crypto, device.oneTime, { signingKey });
    const peer = { ...known, signedPrekey: { ...prekey, hash }, oneTime };
    sessions.push(await startSession(crypto, self, peer, { suite: 2 }));
  }
  return sessions;
}
