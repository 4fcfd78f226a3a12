/** What a client computes for a message and for first contact, timed where it runs: Bun with noble, Chromium with its own. */
import { makeDevice } from '../../src/client/enrol/device-keys.ts';
import { chooseProvider } from '../../src/island/native-provider.ts';
import { verifyCertificate } from '../../src/protocol/certificate.ts';
import { verifyDeviceList } from '../../src/protocol/device-list.ts';
import { createSigningKeyPair } from '../../src/protocol/identity.ts';
import { noble } from '../../src/protocol/noble.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import {
  decodePrekeyBatch,
  decodeSignedPrekey,
  prekeyPath,
  verifyOneTimePrekey,
  verifySignedPrekey,
} from '../../src/protocol/prekeys.ts';
import { startSession } from '../../src/protocol/session.ts';
import { acquainted, createDevice, receive, sendText } from '../../src/protocol/simulation/device.ts';

/** Milliseconds, medians. */
export interface SealWork {
  readonly provider: string;
  /** One text for one device, both signatures included. */
  readonly seal: number;
  /** The same, opened and verified. */
  readonly open: number;
  /** One device that was never written to: list, certificate and prekeys verified, session begun. */
  readonly contact: number;
}

/** @param native take the runtime's own primitives where they pass their known answers */
export async function sealWork(native: boolean, rounds: number): Promise<SealWork> {
  const provider = native ? await chooseProvider(async () => noble) : noble;
  const crypto: Crypto = {
    provider,
    random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    clock: Date.now,
  };
  const [a, b] = [await createDevice(crypto), await createDevice(crypto)];
  let sessions = await acquainted(a, b);
  const seal: number[] = [];
  const open: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const sent = await sendText(a, sessions.a, 'Could you check the signature?', round + 2);
    const sealed = performance.now();
    const opened = await receive(b, sessions.b, a, sent);
    seal.push(sealed - began);
    open.push(performance.now() - sealed);
    sessions = { a: sent.session, b: opened.session };
  }

  const aik = await createSigningKeyPair(crypto);
  const account = crypto.random(16);
  const { stored } = await makeDevice(
    crypto,
    { account, aik, username: 'mina', name: 'Mina', vaultVersion: 1, previous: null, leaf: null },
    crypto.random(16),
  );
  const { root, leaves } = decodePrekeyBatch(stored.oneTimePrekeys.batch);
  const [leaf] = leaves;
  if (!leaf) throw new Error('no prekeys');
  const served = { leaf, path: prekeyPath(leaves, 0), index: 0, size: leaves.length, root };
  const contact: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const now = crypto.clock();
    const trusted = { aik: aik.publicKey, account };
    await verifyDeviceList(crypto, stored.deviceList, trusted);
    const known = await verifyCertificate(crypto, stored.certificate, { ...trusted, now });
    const { signingKey } = known.certificate;
    await verifySignedPrekey(crypto, stored.signedPrekey.signed, { signingKey, now });
    const { prekey, hash } = decodeSignedPrekey(stored.signedPrekey.signed);
    const oneTime = await verifyOneTimePrekey(crypto, served, { signingKey });
    await startSession(
      crypto,
      a.self,
      { ...known, signedPrekey: { ...prekey, hash }, oneTime },
      { suite: 2 },
    );
    contact.push(performance.now() - began);
  }
  return { provider: provider.name, seal: median(seal), open: median(open), contact: median(contact) };
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return Math.round((sorted[sorted.length >> 1] ?? Number.NaN) * 100) / 100;
}
