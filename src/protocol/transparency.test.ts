import { describe, expect, test } from 'bun:test';
import { concat } from './codec.ts';
import { createSigningKeyPair, fingerprint, SIGNATURE_BYTES, signHybrid } from './identity.ts';
import { LogReplay } from './log-replay.ts';
import { noble } from './noble.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import {
  decodeLogHead,
  decodeLogLeaf,
  decodeSignedLeaf,
  type LogLeaf,
  logHeadRecord,
  logLeafHash,
  logLeafRecord,
  signLogHead,
  signLogLeaf,
  signNextLeaf,
  verifyLogHead,
  verifyLogLeaf,
} from './transparency.ts';

const crypto = simulatedCrypto('transparency', { now: 0 }, noble);
const aik = await createSigningKeyPair(crypto);
const stranger = await createSigningKeyPair(crypto);
const account = crypto.random(16);
const first: LogLeaf = {
  account,
  username: 'mina',
  version: 1,
  identity: fingerprint(aik.publicKey),
  deviceList: crypto.random(32),
  vaultVersion: 1,
  previous: new Uint8Array(32),
};

describe('a leaf', () => {
  test('is believed under the identity that it names, and follows the one before it', async () => {
    const one = await signNextLeaf(crypto, aik, {
      account,
      username: 'mina',
      deviceList: first.deviceList,
      vaultVersion: 1,
      previous: null,
    });
    const { leaf, hash, encoded } = await verifyLogLeaf(crypto, one, { aik: aik.publicKey, account });
    expect(leaf).toEqual(first);
    expect(encoded).toEqual(logLeafRecord.encode(first));
    expect(hash).toEqual(logLeafHash(encoded));
    expect(one.length).toBe(encoded.length + SIGNATURE_BYTES);
    const two = await signNextLeaf(crypto, aik, {
      account,
      username: 'mina',
      deviceList: crypto.random(32),
      vaultVersion: 2,
      previous: { leaf, hash },
    });
    expect(decodeSignedLeaf(two).leaf).toMatchObject({ version: 2, previous: hash });
  });

  test('of another account, identity or signer is refused [R15]', async () => {
    const refused = async (signed: Uint8Array, over: object = {}) =>
      expect(verifyLogLeaf(crypto, signed, { aik: aik.publicKey, account, ...over })).rejects.toMatchObject({
        code: 'E_AUTH',
      });
    const good = await signLogLeaf(crypto, aik, first);
    await refused(good, { account: crypto.random(16) });
    await refused(good, { aik: stranger.publicKey });
    await refused(await signLogLeaf(crypto, stranger, first));
    await refused(await signLogLeaf(crypto, aik, { ...first, identity: crypto.random(32) }));
    await refused(good.with(20, (good[20] ?? 0) ^ 1));
    await refused(good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1));
    const encoded = logLeafRecord.encode(first);
    await refused(concat(encoded, await signHybrid(crypto, aik, 'devlist', encoded)));
  });

  test('without a name, without a number, or with a predecessor where none belongs is no leaf', () => {
    for (const over of [
      { username: '' },
      { username: 'Mina' },
      { username: 'm\u0456na' },
      { username: 'mina\u200b' },
      { username: 'mina ' },
      { username: '\u202eanim' },
      { version: 0 },
      { version: 2 },
      { previous: new Uint8Array(32).fill(1) },
    ]) {
      expect(() => decodeLogLeaf(logLeafRecord.encode({ ...first, ...over }))).toThrow('');
      expect(signLogLeaf(crypto, aik, { ...first, ...over })).rejects.toMatchObject({ code: 'E_FORMAT' });
    }
    expect(() => logLeafRecord.encode({ ...first, username: 'm'.repeat(65) })).toThrow('');
    expect(() => decodeSignedLeaf(new Uint8Array(SIGNATURE_BYTES))).toThrow('');
  });
});

describe('a head', () => {
  const head = { size: 3, root: crypto.random(32), time: 1_700_000_000_000 };

  test('is believed under the pinned key alone', async () => {
    const signed = await signLogHead(crypto, aik, head);
    expect(await verifyLogHead(crypto, signed, aik.publicKey)).toEqual(head);
    expect(decodeLogHead(signed)).toEqual(head);
    const refused = (bytes: Uint8Array, key = aik.publicKey) =>
      expect(verifyLogHead(crypto, bytes, key)).rejects.toMatchObject({ code: 'E_KT' });
    await refused(signed, stranger.publicKey);
    await refused(signed.with(12, (signed[12] ?? 0) ^ 1));
    await refused(signed.with(signed.length - 1, (signed.at(-1) ?? 0) ^ 1));
    const encoded = logHeadRecord.encode(head);
    await refused(concat(encoded, await signHybrid(crypto, aik, 'kt-leaf', encoded)));
    expect(verifyLogHead(crypto, encoded, aik.publicKey)).rejects.toMatchObject({ code: 'E_FORMAT' });
  });
});

describe('replaying', () => {
  const encode = (over: Partial<LogLeaf>) => logLeafRecord.encode({ ...first, ...over });
  const one = encode({});
  const two = encode({ version: 2, previous: logLeafHash(one), deviceList: crypto.random(32) });
  const replayOf = (...leaves: Uint8Array[]) => {
    const replay = new LogReplay();
    for (const leaf of leaves) replay.append(leaf);
    return replay;
  };

  test('knows the newest leaf of an account and whose a name is', () => {
    const replay = new LogReplay();
    expect(replay.append(one).change).toBe('joined');
    expect(replay.append(two).change).toBe('devices');
    expect(replay.account(account)).toMatchObject({ index: 1, leaf: { version: 2 } });
    expect(replay.named('mina')).toEqual(account);
    expect(replay.named('Mina')).toBeNull();
    expect(replay.account(crypto.random(16))).toBeNull();
    expect(replay.everybody()).toHaveLength(1);
  });

  test('tells of a new identity under the same account', () => {
    const replay = replayOf(one);
    const lost = encode({
      version: 2,
      previous: logLeafHash(one),
      identity: fingerprint(stranger.publicKey),
    });
    expect(replay.append(lost).change).toBe('identity');
  });

  test('refuses what does not follow, and is what it was', () => {
    const other = crypto.random(16);
    const follows = { version: 2, previous: logLeafHash(one) };
    const cases: Record<string, Uint8Array> = {
      'a number twice': one,
      'a number left out': encode({ ...follows, version: 3 }),
      'another predecessor': encode({ ...follows, previous: crypto.random(32) }),
      'a new account that begins in the middle': encode({ ...follows, account: other, username: 'li' }),
      'a name that is taken': encode({ account: other }),
      'a renaming': encode({ ...follows, username: 'mina2' }),
    };
    for (const [name, leaf] of Object.entries(cases)) {
      const replay = replayOf(one);
      const root = replay.root();
      expect(() => replay.append(leaf), name).toThrow('E_KT');
      expect(replay.size, name).toBe(1);
      expect(replay.root(), name).toEqual(root);
      // The true continuation is still taken.
      expect(replay.append(two).change, name).toBe('devices');
    }
    expect(() => replayOf(one).append(new Uint8Array(40))).toThrow('');
    expect(() => replayOf(one).append(concat(two, Uint8Array.of(0)))).toThrow('');
  });
});
