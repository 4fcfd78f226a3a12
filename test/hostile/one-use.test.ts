/**
 * What each key of a person is used for, watched from below: a provider that notes every operation with every secret
 * while somebody joins, talks, signs in on a second device and comes back (MEGA 2022: one key for several purposes).
 */
import { afterAll, expect, test } from 'bun:test';
import { runtime } from '../../src/native/runtime.ts';
import type { KeyHandle, Provider, SecretKey } from '../../src/protocol/provider.ts';
import { acquaint, Client, settle } from './support/client.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer | null = null;
afterAll(() => server?.close());

/** By secret, hexadecimal: the operations it took part in, signatures with their label. */
const uses = new Map<string, Set<string>>();
const handles = new Map<KeyHandle, string>();

function note(secret: SecretKey, use: string): void {
  const name = secret instanceof Uint8Array ? secret.toHex() : (handles.get(secret) ?? 'unknown');
  uses.set(name, (uses.get(name) ?? new Set()).add(use));
}
/** The label that signed bytes begin with: lp("sotto/2/sig/" || label). */
function labelOf(message: Uint8Array): string {
  const length = new DataView(message.buffer, message.byteOffset).getUint32(0);
  return new TextDecoder().decode(message.subarray(4, 4 + length)).replace('sotto/2/sig/', '');
}

const watched: Provider = {
  ...runtime,
  async prepare(use, secret) {
    const handle = (await runtime.prepare?.(use, secret)) ?? secret;
    if (!(handle instanceof Uint8Array)) handles.set(handle, secret.toHex());
    return handle;
  },
  x25519(secret, publicKey) {
    note(secret, 'x25519');
    return runtime.x25519(secret, publicKey);
  },
  mlKemDecapsulate(suite, seed, ciphertext) {
    note(seed, 'ML-KEM');
    return runtime.mlKemDecapsulate(suite, seed, ciphertext);
  },
  ed25519Sign(seed, message) {
    note(seed, `Ed25519 ${labelOf(message)}`);
    return runtime.ed25519Sign(seed, message);
  },
  mlDsaSign(suite, seed, message, context, randomness) {
    note(seed, `ML-DSA ${new TextDecoder().decode(context)}`);
    expect(labelOf(message)).toBe(new TextDecoder().decode(context));
    return runtime.mlDsaSign(suite, seed, message, context, randomness);
  },
  aesGcmSeal(key, nonce, plaintext, associated) {
    note(key, 'AES-GCM');
    return runtime.aesGcmSeal(key, nonce, plaintext, associated);
  },
};

/** What the two signing keys of a person may sign: the account's, and a device's. */
const ACCOUNT = ['devcert', 'devlist', 'kt-leaf'];
const DEVICE = ['pop', 'spk', 'otp', 'msg', 'resume', 'roster', 'backup'];

test('each long-term key has one use, and signing keys sign only what is theirs [R6]', async () => {
  server = await HostileServer.open();
  const ada = await Client.register(server, 'ada', 'ada', watched);
  const ben = await Client.register(server, 'ben', 'ben');
  const id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  await ben.send(id, 'hello too');
  await ada.hears(id, 'hello too');
  await settle(server, ada, ben);
  await ada.close();
  await ada.enrol('ada');
  await ada.open();

  const signers = { account: 0, device: 0 };
  for (const kinds of [...uses.values()].map((set) => [...set])) {
    const [primitive] = new Set(kinds.map((kind) => kind.split(' ')[0]));
    expect(kinds.every((kind) => kind.split(' ')[0] === primitive)).toBe(true);
    const labels = kinds.flatMap((kind) => kind.split(' ')[1] ?? []);
    if (labels.length === 0) continue;
    const isAccount = labels.every((label) => ACCOUNT.includes(label));
    const isDevice = labels.every((label) => DEVICE.includes(label));
    expect([labels, isAccount !== isDevice]).toEqual([labels, true]);
    signers[isAccount ? 'account' : 'device']++;
  }
  // An Ed25519 and an ML-DSA seed of each: the test has seen all of them.
  expect(signers).toEqual({ account: 2, device: 2 });
  expect(uses.has('unknown')).toBe(false);
  await ada.close();
  await ben.close();
}, 60_000);
