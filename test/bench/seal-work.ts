/** What a client computes for a message and for first contact, timed where it runs: Bun with noble, Chromium with its own. */
import { chooseProvider } from '../../src/native/choose.ts';
import { prepareSigner } from '../../src/protocol/identity.ts';
import { noble } from '../../src/protocol/noble.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import {
  acquainted,
  createDevice,
  type Device,
  receive,
  sendText,
} from '../../src/protocol/simulation/device.ts';
import { meet, publishPerson } from './contact-work.ts';

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

/** What this runtime computes with. @param native take its own primitives where they pass their known answers */
export async function benchCrypto(native: boolean): Promise<Crypto> {
  return {
    provider: native ? await chooseProvider(async () => noble) : noble,
    random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    clock: Date.now,
  };
}

/** A device whose signing key is ready, as a client has it when it has started. */
export async function benchDevice(crypto: Crypto): Promise<Device> {
  const device = await createDevice(crypto);
  const { publicKey, secret } = device.dik;
  const pair = secret instanceof Uint8Array ? { publicKey, secret } : null;
  return pair ? { ...device, dik: await prepareSigner(crypto, pair) } : device;
}

export async function sealWork(native: boolean, rounds: number): Promise<SealWork> {
  const crypto = await benchCrypto(native);
  const [a, b] = [await benchDevice(crypto), await benchDevice(crypto)];
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

  const person = await publishPerson(crypto, 1);
  const contact: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await meet(crypto, a.self, person);
    contact.push(performance.now() - began);
  }
  return {
    provider: crypto.provider.name,
    seal: median(seal),
    open: median(open),
    contact: median(contact),
  };
}

export function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return Math.round((sorted[sorted.length >> 1] ?? Number.NaN) * 100) / 100;
}
