/** kill -9 in the middle of an upload: what the server said it has it has, what it left over it removes, and the upload goes on. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openData } from '../../src/commands/open.ts';
import { parseConfig } from '../../src/config.ts';
import { CHUNK_BYTES, type FileRecord } from '../../src/contract/files.ts';
import { fileCompletePath, filePath } from '../../src/contract/paths.ts';
import { silent } from '../../src/ops/log.ts';
import { createServices } from '../../src/services/services.ts';
import { makeBlobsOld } from '../support/blobs.ts';
import { addGroup, callsAs, noiseOf } from '../support/files.ts';
import { addPerson, randomBytes } from '../support/relay.ts';
import { startServer } from '../support/server.ts';

const data = mkdtempSync(join(tmpdir(), 'sotto-files-kill-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test('the server is killed while chunks come in, and started again', async () => {
  const ports = await openData(parseConfig(['--data', data], {}), silent);
  const services = createServices(ports, () => 'http://localhost');
  const mina = await addPerson(ports.db, Date.now());
  const group = await addGroup(ports.db, Date.now(), [mina]);
  const deps = { ...ports, services };
  // As a server would leave it that died between the bytes and their row.
  const orphan = randomBytes(16).toHex();
  await ports.blobs.put(orphan, randomBytes(100));
  /** Keys on the disk, and keys of rows. */
  const kept = async () => {
    const rows = await ports.db.read<{ blob: string }>('SELECT blob FROM file_chunks ORDER BY blob');
    return { disk: await ports.blobs.list(null, 1000), rows: rows.map(({ blob }) => blob) };
  };
  /** The run at start is over. */
  const cleaned = async () => {
    for (;;) {
      const { disk, rows } = await kept();
      if (disk.length === rows.length) return { disk, rows };
      await Bun.sleep(10);
    }
  };

  makeBlobsOld(data);
  let server = await startServer({ data });
  try {
    await cleaned();
    expect(await ports.blobs.get(orphan)).toBeNull();

    const size = 12 * CHUNK_BYTES;
    const chunks = noiseOf(size);
    const first = await callsAs({ origin: server.url, deps }, mina);
    const { id } = (await first.begin(size, group)).json<FileRecord>();
    const said: number[] = [];
    const sending = [...chunks.entries()].map(async ([n, sealed]) => {
      // The others are cut off.
      const answer = await first.put(id, n, sealed).catch(() => null);
      if (answer?.status === 204) said.push(n);
      if (said.length === 3) await server.kill();
    });
    await Promise.all(sending);
    expect(said.length).toBeGreaterThanOrEqual(3);

    makeBlobsOld(data);
    server = await startServer({ data });
    const { disk, rows } = await cleaned();
    expect(disk).toEqual(rows);
    const again = await callsAs({ origin: server.url, deps }, mina);
    const { missing } = (await again.ask('GET', filePath(id))).json<FileRecord>();
    for (const n of said) expect(missing).not.toContain(n);
    expect(missing.length).toBe(chunks.length - rows.length);
    for (const n of missing) {
      const { status } = await again.put(id, n, chunks[n] ?? randomBytes(1));
      expect(status).toBe(204);
    }
    expect((await again.ask('POST', fileCompletePath(id))).status).toBe(200);
    for (const [n, sealed] of chunks.entries())
      expect(Buffer.compare((await again.chunk(id, n)).bytes, sealed)).toBe(0);
  } finally {
    await server.kill();
    await ports.db.close();
  }
}, 60_000);
