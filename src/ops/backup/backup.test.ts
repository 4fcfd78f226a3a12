import { afterAll, expect, test } from 'bun:test';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBlobsOld } from '../../../test/support/blobs.ts';
import { addPerson, randomBytes } from '../../../test/support/relay.ts';
import { createDiskBlobs } from '../../blobs/disk.ts';
import { openData } from '../../commands/open.ts';
import { parseConfig } from '../../config.ts';
import { createAudit } from '../../services/audit.ts';
import { createBlobWrites } from '../../services/blob-writes.ts';
import { DatabaseCopy } from '../../store/snapshot.ts';
import { silent } from '../log.ts';
import { BadBackup } from './bad-backup.ts';
import { type Cost, HEADER_BYTES, makeHeader } from './header.ts';
import { makeBackup } from './make.ts';
import { PART_BYTES, TAG_BYTES } from './parts.ts';
import { checkBackup, type VerifyAudit } from './read.ts';
import { RESTORING, restoreBackup } from './restore.ts';

const root = mkdtempSync(join(tmpdir(), 'sotto-backup-'));
afterAll(() => rmSync(root, { recursive: true }));

const passphrase = 'lighthouse keeper 1';
const verifyAudit: VerifyAudit = (db) => createAudit({ db, clock: Date.now, log: silent }).verify();
/** Every look at a backup pays it: the real one is paid by one test. */
const CHEAP: Cost = { memory: 64, passes: 1, lanes: 1 };
const FILE = 'f'.repeat(32);

/** A data folder with a person, a file of three chunks, a certificate and two audit rows. */
async function openFolder(name: string) {
  const data = join(root, name);
  const ports = await openData(parseConfig(['--data', data], {}), silent);
  const { account } = await addPerson(ports.db, Date.now());
  const keys = [1, 2, 3].map(() => randomBytes(16).toHex());
  await ports.db.write(async (tx) => {
    await tx.run(
      'INSERT INTO files (id, owner, size, stored, is_private, created_at, touched_at) VALUES ($1, $2, 3, 3, 1, 1, 1)',
      [FILE, account],
    );
    for (const subject of ['a', 'b'])
      await createAudit(ports).record(tx, { actor: account, action: 'file.begun', subject });
  });
  for (const [n, key] of keys.entries()) {
    const bytes = randomBytes(PART_BYTES / 2);
    await ports.blobs.put(key, bytes);
    const sha256 = new Uint8Array(new Bun.CryptoHasher('sha256').update(bytes).digest());
    await ports.db.write((tx) =>
      tx.run('INSERT INTO file_chunks (file, n, blob, size, sha256) VALUES ($1, $2, $3, $4, $5)', [
        FILE,
        n,
        key,
        bytes.length,
        sha256,
      ]),
    );
  }
  mkdirSync(join(data, 'tls'), { mode: 0o700 });
  writeFileSync(join(data, 'tls/ca.key'), 'secret');
  const out = join(root, `${name}.backup`);
  const make = (path = out) =>
    makeBackup({ ...ports, data, out: path, passphrase, cost: CHEAP, release: '0.1.0', verifyAudit });
  return { ports, data, keys, out, make, account };
}

const check = (path: string, by = passphrase) =>
  checkBackup(path, by, join(root, 'scratch.sqlite'), verifyAudit);

const restore = (path: string, data: string, options: { by?: string; newest?: number } = {}) =>
  restoreBackup({
    path,
    passphrase: options.by ?? passphrase,
    data,
    newest: options.newest ?? 1000,
    blobsIn: createDiskBlobs,
    verifyAudit,
    settle: async () => {},
  });

test('holds database, bytes of files and certificates; is restored as it was; leaves nothing plain behind', async () => {
  const { ports, data, keys, out, make } = await openFolder('whole');
  const made = await make();
  expect(made).toMatchObject({
    blobs: 3,
    blobBytes: 1.5 * PART_BYTES,
    missing: [],
    audit: { entries: 2, broken: null },
  });
  expect(made.rows.accounts).toBe(1);
  expect(await check(out)).toEqual(made);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
  // Nothing of it can be read: neither what names the account nor the secret.
  const bytes = readFileSync(out);
  for (const plain of ['SQLite format', 'secret', FILE]) expect(bytes.includes(plain)).toBe(false);

  const target = join(root, 'restored');
  await restore(out, target);
  expect(readdirSync(target).toSorted()).toEqual(['blobs', 'sotto.sqlite', 'tls']);
  expect(readFileSync(join(target, 'tls/ca.key'), 'utf8')).toBe('secret');
  const blobs = createDiskBlobs(join(target, 'blobs'));
  for (const key of keys) expect(await blobs.get(key)).toEqual(await ports.blobs.get(key));
  const copy = new DatabaseCopy(join(target, 'sotto.sqlite'));
  expect(copy.rows()).toEqual(made.rows);
  copy.end();
  await ports.db.close();
});

test('a file that is changed, cut off, longer, in another order or of a newer format is refused, and so is another passphrase', async () => {
  const { ports, out, make } = await openFolder('refused');
  await make();
  await ports.db.close();
  const good = readFileSync(out);
  const bad = join(root, 'bad.backup');
  const sealed = PART_BYTES + TAG_BYTES;
  const flip = (at: number) => {
    const flipped = Buffer.from(good);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    return flipped;
  };
  const swapped = Buffer.concat([
    good.subarray(0, HEADER_BYTES),
    good.subarray(HEADER_BYTES + sealed, HEADER_BYTES + 2 * sealed),
    good.subarray(HEADER_BYTES, HEADER_BYTES + sealed),
    good.subarray(HEADER_BYTES + 2 * sealed),
  ]);
  const newer = Buffer.from(good);
  newer[13] = 2;
  const cases: readonly (readonly [Buffer, string])[] = [
    [flip(0), 'no backup of Sotto'],
    [flip(30), 'passphrase'],
    [flip(HEADER_BYTES - 1), 'passphrase'],
    [flip(HEADER_BYTES), 'part 1 '],
    [flip(HEADER_BYTES + sealed + 7), 'part 2 '],
    [flip(good.length - 1), 'cut off, or damaged at its end'],
    [good.subarray(0, good.length - 1), 'cut off'],
    [good.subarray(0, HEADER_BYTES + sealed), 'cut off'],
    [good.subarray(0, HEADER_BYTES), 'cut off'],
    [good.subarray(0, 10), 'no backup of Sotto'],
    [Buffer.concat([good, Buffer.from([0])]), 'damaged'],
    [swapped, 'part 1 '],
    [newer, 'format 2'],
  ];
  for (const [bytes, sentence] of cases) {
    writeFileSync(bad, bytes);
    await expect(check(bad)).rejects.toThrow(sentence);
  }
  await expect(check(out, 'lighthouse keeper 2')).rejects.toThrow('passphrase');
  await expect(restore(out, join(root, 'newer'), { newest: 3 })).rejects.toThrow('newer Sotto');
  // A restore that is refused, at its last byte too, leaves no folder.
  writeFileSync(bad, flip(good.length - 1));
  await expect(restore(bad, join(root, 'never'))).rejects.toThrow(BadBackup);
  expect(existsSync(join(root, 'never'))).toBe(false);
  expect(existsSync(join(root, 'newer'))).toBe(false);
  expect((await check(out)).blobs).toBe(3);
}, 60_000);

test('guessing the passphrase costs what docs/backup.md says', async () => {
  const { bytes } = await makeHeader(passphrase, randomBytes);
  const view = new DataView(bytes.buffer, 'SOTTO BACKUP\n'.length + 1);
  expect([view.getUint32(0), view.getUint32(4), view.getUint8(8)]).toEqual([64 * 1024, 3, 4]);
});

test('a folder with anything in it is left alone; one that a restore left half done is begun anew', async () => {
  const { ports, out, make } = await openFolder('half');
  await make();
  await ports.db.close();
  const target = join(root, 'full');
  mkdirSync(target);
  writeFileSync(join(target, 'mine'), 'x');
  await expect(restore(out, target)).rejects.toThrow('not empty');
  expect(readdirSync(target)).toEqual(['mine']);

  // As a power cut in the middle of the last step leaves it.
  const half = join(root, 'cut');
  mkdirSync(join(half, RESTORING), { recursive: true });
  cpSync(join(root, 'half', 'blobs'), join(half, 'blobs'), { recursive: true });
  await expect(openData(parseConfig(['--data', half], {}), silent)).rejects.toThrow('cut off');
  await restore(out, half);
  expect(readdirSync(half).toSorted()).toEqual(['blobs', 'sotto.sqlite', 'tls']);
});

test('bytes that are deleted while a backup is made stay until it is made, and are in it', async () => {
  const { ports, data, keys, out } = await openFolder('racing');
  const bytes = createBlobWrites(ports);
  const removed: number[] = [];
  const blobs = {
    ...ports.blobs,
    async get(key: string) {
      // After the database was copied: the file is deleted, and its bytes are to go.
      if (removed.length === 0) {
        await ports.db.write((tx) => tx.run('DELETE FROM files WHERE id = $1', [FILE]));
        removed.push(await bytes.remove(keys));
      }
      return ports.blobs.get(key);
    },
  };
  const made = await makeBackup({ ...ports, blobs, data, out, passphrase, release: '0.1.0', verifyAudit });
  expect(removed).toEqual([0]);
  expect(made).toMatchObject({ blobs: 3, missing: [] });
  makeBlobsOld(data);
  expect(await bytes.removeOrphans()).toBe(3);
  await ports.db.close();
});

test('what the disk had lost or damaged before does not keep the rest from being saved', async () => {
  const { ports, data, keys, out, make } = await openFolder('lost');
  const [gone = '', changed = ''] = keys.toSorted();
  await ports.blobs.remove(gone);
  writeFileSync(join(data, 'blobs', changed.slice(0, 1), changed.slice(1, 2), changed.slice(2)), 'x');
  const made = await make();
  expect(made).toMatchObject({ blobs: 1, missing: [gone, changed] });
  expect(await check(out)).toEqual(made);
  await ports.db.close();
});

test('a link where the unfinished file goes leads nowhere, and an open file there is not written to', async () => {
  const { ports, out, make } = await openFolder('linked');
  const mine = join(root, 'mine');
  writeFileSync(mine, 'precious');
  symlinkSync(mine, `${out}.part`);
  await make();
  expect(readFileSync(mine, 'utf8')).toBe('precious');
  expect(lstatSync(out).isFile()).toBe(true);
  const other = join(root, 'open.backup');
  writeFileSync(`${other}.part`, 'x', { mode: 0o666 });
  await make(other);
  expect(statSync(other).mode & 0o777).toBe(0o600);
  await ports.db.close();
});

test('two at once, and a file that is there, are refused; a disk without room leaves nothing', async () => {
  const { ports, data, out, make } = await openFolder('twice');
  const other = join(root, 'second.backup');
  const [first, second] = await Promise.allSettled([make(), make(other)]);
  expect([first?.status, second?.status].toSorted()).toEqual(['fulfilled', 'rejected']);
  const made = existsSync(out) ? out : other;
  await expect(make(made)).rejects.toThrow('there already');
  await expect(make(join(root, 'no/where.backup'))).rejects.toThrow();
  expect(readdirSync(data).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(readdirSync(root).filter((name) => name.endsWith('.part'))).toEqual([]);
  await ports.db.close();
});
