import { beforeAll, describe, expect, test } from 'bun:test';
import { parseEnvelope } from './envelope.ts';
import { type HandshakeInputs, handshakeKeys, initiate, respond } from './pqxdh.ts';
import { secretBytes } from './provider.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import { begin, createDevice, type Device, receiveFirst, sendText, textOf } from './simulation/device.ts';
import { refusal } from './simulation/refused.ts';

const clock = { now: 1_800_000_000_000 };
let mina: Device;
let noor: Device;
beforeAll(async () => {
  mina = await createDevice(simulatedCrypto('mina', clock));
  noor = await createDevice(simulatedCrypto('noor', clock));
});

const flip = (bytes: Uint8Array, at = 5) => bytes.with(at, (bytes[at] ?? 0) ^ 1);

/** Mina's half, and what Noor needs for hers. */
async function handshake(withOneTime: boolean) {
  const oneTime = withOneTime ? (noor.oneTime[0] ?? null) : null;
  const { agreementKey } = noor.known.certificate;
  const b = { agreementKey, certificate: noor.known.hash, signedPrekey: noor.signedPrekey.bundle };
  const a = {
    agreementSecret: mina.self.agreementSecret,
    certificate: mina.known.hash,
    replaces: new Uint8Array(16),
  };
  const keys = await initiate(mina.crypto, 2, a, { ...b, oneTime: oneTime?.bundle ?? null });
  const inputs: HandshakeInputs = {
    suite: 2,
    certificateA: mina.known.hash,
    certificateB: noor.known.hash,
    signedPrekey: noor.signedPrekey.hash,
    oneTimeLeaf: oneTime?.leafHash ?? null,
    ephemeral: keys.ephemeral,
    ciphertext: keys.ciphertext,
    replaces: new Uint8Array(16),
  };
  const secrets = {
    agreementSecret: noor.self.agreementSecret,
    signedPrekey: noor.signedPrekey.secret,
    oneTime: oneTime?.secret ?? null,
  };
  const answer = (
    changed: Partial<HandshakeInputs> = {},
    other: Partial<typeof secrets> = {},
    key = mina.known.certificate.agreementKey,
  ) => respond(noor.crypto, { ...inputs, ...changed }, { agreementKey: key }, { ...secrets, ...other });
  return { keys, inputs, secrets, answer };
}

describe.each([true, false])('with a one-time prekey: %p', (withOneTime) => {
  test('both sides come to the same transcript, root, session id and binding', async () => {
    const { keys, answer } = await handshake(withOneTime);
    const { ephemeral, ciphertext, ...own } = keys;
    expect(ephemeral).toHaveLength(32);
    expect(ciphertext).toHaveLength(1088);
    expect(await answer()).toEqual(own);
    expect([own.transcript, own.rootKey, own.sid, own.binding].map(({ length }) => length)).toEqual([
      32, 32, 16, 32,
    ]);
  });

  test('flipping any input of the transcript gives another root, session and binding [R20, R25]', async () => {
    const { keys, inputs, answer } = await handshake(withOneTime);
    const changes: readonly Partial<HandshakeInputs>[] = [
      { certificateA: flip(inputs.certificateA) },
      { certificateB: flip(inputs.certificateB) },
      { signedPrekey: flip(inputs.signedPrekey) },
      { oneTimeLeaf: flip(inputs.oneTimeLeaf ?? new Uint8Array(32)) },
      { ephemeral: flip(inputs.ephemeral) },
      { ciphertext: flip(inputs.ciphertext, 700) },
      { replaces: flip(inputs.replaces) },
      { suite: 3 },
    ];
    for (const change of changes) {
      // Another suite has another KEM: its decapsulation refuses the key before any key comes out.
      if (change.suite !== undefined) {
        await expect(answer(change)).rejects.toThrow();
        continue;
      }
      const other = await answer(change);
      for (const name of ['transcript', 'rootKey', 'sid', 'binding'] as const)
        expect(other[name]).not.toEqual(keys[name]);
    }
  });

  test('the suite is in the transcript itself, whatever its primitives are [R20, R36]', async () => {
    const { inputs } = await handshake(withOneTime);
    const [two, three] = [2, 3].map((suite) => handshakeKeys({ ...inputs, suite }, [new Uint8Array(32)]));
    expect(two?.transcript).not.toEqual(three?.transcript ?? new Uint8Array());
  });

  test('every secret that takes part changes the root', async () => {
    const { keys, secrets, answer } = await handshake(withOneTime);
    const spk = secrets.signedPrekey;
    const others = [
      await answer({}, { agreementSecret: flip(secretBytes(secrets.agreementSecret)) }),
      await answer({}, { signedPrekey: { ...spk, x25519: flip(spk.x25519) } }),
      await answer({}, {}, noor.known.certificate.agreementKey),
    ];
    const { oneTime } = secrets;
    if (oneTime !== null) {
      others.push(await answer({}, { oneTime: { ...oneTime, x25519: flip(oneTime.x25519) } }));
      others.push(await answer({}, { oneTime: { ...oneTime, kem: flip(oneTime.kem) } }));
      others.push(await answer({}, { oneTime: null }));
    } else others.push(await answer({}, { signedPrekey: { ...spk, kem: flip(spk.kem) } }));
    for (const other of others) expect(other.rootKey).not.toEqual(keys.rootKey);
  });
});

test('ephemerals of low order or of non-canonical form are refused [R26]', async () => {
  const { answer } = await handshake(true);
  const one = new Uint8Array(32).with(0, 1);
  const p = new Uint8Array(32).fill(0xff).with(0, 0xed).with(31, 0x7f);
  for (const ephemeral of [new Uint8Array(32), one, p, new Uint8Array(32).fill(0xff)])
    expect(await refusal(answer({ ephemeral }))).toBe('E_AUTH');
});

test('on the wire every changed byte of the handshake is refused, a wrong KEM ciphertext with the one code of all [R42]', async () => {
  const wire = await sendText(mina, await begin(mina, noor), 'hello');
  const codes = new Set<string>();
  const end = wire.envelope.length - 80;
  // Past the certificates, ids and ephemeral only a sample of the ciphertext's 1,088 bytes.
  for (let at = 96; at < end; at += at > 205 && at < end - 22 ? 97 : 1) {
    const envelope = flip(wire.envelope, at);
    const code = await refusal(Promise.resolve().then(() => receiveFirst(noor, mina, { ...wire, envelope })));
    codes.add(code);
    if (at > 205 && at < end - 22) expect(code).toBe('E_AUTH');
  }
  expect([...codes].sort()).toEqual(['E_AUTH', 'E_FORMAT']);
  expect(textOf(await receiveFirst(noor, mina, wire))).toBe('hello');
  expect(parseEnvelope(wire.envelope).init?.ciphertext).toHaveLength(1088);
});
