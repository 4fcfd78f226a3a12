import { describe, expect, test } from 'bun:test';
import { ProtocolError } from './errors.ts';
import type { FileManifest } from './file-manifest.ts';
import {
  type FileRequestTarget,
  MAX_HAND_IN_BYTES,
  MAX_OFFER_BYTES,
  openFileRequest,
  openHandIn,
  sealFileRequest,
  sealHandIn,
} from './file-request.ts';
import { noble } from './noble.ts';
import { MAX_SHARE_BYTES, openShare, type ShareSecret, sealShare, shareProof } from './share.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const tools = { provider: noble, random, clock: Date.now };
const manifestFor = (id = random(16), more: Partial<FileManifest> = {}): FileManifest => ({
  id,
  key: random(32),
  name: 'Bericht.pdf',
  type: 'application/pdf',
  size: 3_000_000,
  root: random(32),
  commitment: random(32),
  series: id,
  version: 1,
  previewType: '',
  preview: null,
  width: null,
  height: null,
  duration: null,
  expiresAt: null,
  ...more,
});
const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'done';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('a share', () => {
  const secretOf = (password: Uint8Array | null): ShareSecret => ({
    id: random(16),
    key: random(32),
    password,
  });

  test('gives the manifest to who has the link, and the password where there is one', async () => {
    for (const secret of [secretOf(null), secretOf(random(32))]) {
      const manifest = manifestFor();
      const sealed = await sealShare(tools, secret, manifest);
      expect(await openShare(tools, secret, { file: manifest.id, sealed })).toEqual(manifest);
    }
  });

  test('[R20] any bit of it, and any other link, key, password or file, does not open', async () => {
    const secret = secretOf(random(32));
    const manifest = manifestFor();
    const sealed = await sealShare(tools, secret, manifest);
    const file = manifest.id;
    for (let at = 0; at < sealed.length; at++)
      expect(await codeOf(() => openShare(tools, secret, { file, sealed: flipped(sealed, at) }))).toBe(
        'E_AUTH',
      );
    for (const other of [
      { ...secret, id: flipped(secret.id, 0) },
      { ...secret, key: flipped(secret.key, 31) },
      { ...secret, password: random(32) },
      { ...secret, password: null },
    ])
      expect(await codeOf(() => openShare(tools, other, { file, sealed }))).toBe('E_AUTH');
    expect(await codeOf(() => openShare(tools, secret, { file: random(16), sealed }))).toBe('E_AUTH');
    for (const short of [0, 50, sealed.length - 1])
      expect(await codeOf(() => openShare(tools, secret, { file, sealed: sealed.slice(0, short) }))).toBe(
        'E_AUTH',
      );
  });

  test('the proof needs link and password both, and tells nothing of the key', async () => {
    const secret = secretOf(random(32));
    const proof = shareProof(secret);
    expect(proof.length).toBe(32);
    expect(shareProof(secret)).toEqual(proof);
    for (const other of [
      { ...secret, id: random(16) },
      { ...secret, key: random(32) },
      { ...secret, password: random(32) },
      { ...secret, password: null },
    ])
      expect(shareProof(other)).not.toEqual(proof);
    const manifest = manifestFor();
    const sealed = await sealShare(tools, secret, manifest);
    expect(
      await codeOf(() => openShare(tools, { ...secret, key: proof }, { file: manifest.id, sealed })),
    ).toBe('E_AUTH');
  });

  test('keys of another length are refused before anything is derived', () => {
    const secret = secretOf(null);
    expect(() => shareProof({ ...secret, key: random(31) })).toThrow();
    expect(() => shareProof({ ...secret, password: random(16) })).toThrow();
  });

  test('[R7] names of different lengths give boxes of one length', async () => {
    const secret = secretOf(null);
    const lengths = await Promise.all(
      ['a.txt', 'minutes of the meeting.txt'].map(
        async (name) => (await sealShare(tools, secret, manifestFor(random(16), { name }))).length,
      ),
    );
    expect(new Set(lengths).size).toBe(1);
  });

  test('the largest manifest fits', async () => {
    const large = manifestFor(random(16), {
      name: 'n'.repeat(255),
      type: 't'.repeat(64),
      previewType: 'p'.repeat(64),
      preview: random(24 * 1024),
      width: 1,
      height: 1,
      duration: 1,
      expiresAt: 1,
    });
    expect((await sealShare(tools, secretOf(null), large)).length).toBeLessThanOrEqual(MAX_SHARE_BYTES);
  });
});

describe('a file request', () => {
  const words = { title: 'Photos of the summer party', name: 'Mina Okafor' };
  const made = async () => {
    const secret = { id: random(16), seed: random(32) };
    const { offer, linkKey } = await sealFileRequest(tools, secret, words);
    const link = { id: secret.id, key: linkKey };
    return { secret, offer, link, target: await openFileRequest(tools, link, offer) };
  };

  test('what is handed in opens on a device that has the seed', async () => {
    const { secret, target, offer } = await made();
    expect(target).toMatchObject(words);
    expect(offer.length).toBeLessThanOrEqual(MAX_OFFER_BYTES);
    const manifest = manifestFor();
    const sealed = await sealHandIn(tools, target, manifest);
    expect(sealed.length).toBeLessThanOrEqual(MAX_HAND_IN_BYTES);
    expect(await openHandIn(tools, secret, words, { file: manifest.id, sealed })).toEqual(manifest);
  });

  test('the same seed and words give the same link, other ones another', async () => {
    const { secret, link } = await made();
    expect((await sealFileRequest(tools, secret, words)).linkKey).toEqual(link.key);
    expect((await sealFileRequest(tools, secret, { ...words, title: 'x' })).linkKey).not.toEqual(link.key);
  });

  test('[R20] any bit of the offer, and another link, does not open', async () => {
    const { offer, link } = await made();
    for (let at = 0; at < offer.length; at += 7)
      expect(await codeOf(() => openFileRequest(tools, link, flipped(offer, at)))).toBe('E_AUTH');
    expect(await codeOf(() => openFileRequest(tools, { ...link, id: random(16) }, offer))).toBe('E_AUTH');
    expect(await codeOf(() => openFileRequest(tools, { ...link, key: random(32) }, offer))).toBe('E_AUTH');
  });

  test('another link of the same server is no help to exchange its keys', async () => {
    const { link } = await made();
    // Somebody with the link seals an offer of their own under its key: AEAD alone would take it.
    const theirs = { id: link.id, seed: random(32) };
    const { offer } = await sealFileRequest(tools, theirs, words);
    expect(await codeOf(() => openFileRequest(tools, link, offer))).toBe('E_AUTH');
    const { sealCommitting, openCommitting } = await import('./committing.ts');
    const { linkKey } = await sealFileRequest(tools, theirs, words);
    const associated = Uint8Array.from([107, 0, 0, 0, 17, 1, ...link.id]);
    const plain = await openCommitting(tools, { key: linkKey, label: 'file-request', associated }, offer);
    const forged = await sealCommitting(tools, { key: link.key, label: 'file-request', associated }, plain);
    expect(await codeOf(() => openFileRequest(tools, link, forged))).toBe('E_AUTH');
  });

  test('[R10, R42] a manifest is of one request and one file: moved, changed or cut off it does not open', async () => {
    const first = await made();
    const second = await made();
    const manifest = manifestFor();
    const file = manifest.id;
    const sealed = await sealHandIn(tools, first.target, manifest);
    expect(await codeOf(() => openHandIn(tools, second.secret, words, { file, sealed }))).toBe('E_AUTH');
    const renamed = { id: second.secret.id, seed: first.secret.seed };
    expect(await codeOf(() => openHandIn(tools, renamed, words, { file, sealed }))).toBe('E_AUTH');
    expect(await codeOf(() => openHandIn(tools, first.secret, words, { file: random(16), sealed }))).toBe(
      'E_AUTH',
    );
    expect(
      await codeOf(() => openHandIn(tools, first.secret, { ...words, title: 'x' }, { file, sealed })),
    ).toBe('E_AUTH');
    const codes = new Set<string>();
    for (let at = 0; at < sealed.length; at += 11)
      codes.add(
        await codeOf(() => openHandIn(tools, first.secret, words, { file, sealed: flipped(sealed, at) })),
      );
    expect([...codes].toSorted()).toEqual(expect.arrayContaining(['E_AUTH']));
    expect(codes.has('done')).toBe(false);
  });

  test('[R26] keys of low order are sealed to by nobody', async () => {
    const { target } = await made();
    const weak: FileRequestTarget = { ...target, agreementKey: new Uint8Array(32) };
    expect(await codeOf(() => sealHandIn(tools, weak, manifestFor()))).toBe('E_AUTH');
  });
});
