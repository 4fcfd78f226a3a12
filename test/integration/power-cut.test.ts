/**
 * Write, kill -9, start again, look: whatever was answered is there, once; the audit log is whole; no bytes are left that nobody names. A kill takes
 * what the process had in memory, as a power cut does; that the rest is on the disk is what `synchronous=FULL` and fsync are for.
 */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openData } from '../../src/commands/open.ts';
import { parseConfig } from '../../src/config.ts';
import { CHUNK_BYTES, type FileRecord } from '../../src/contract/files.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { silent } from '../../src/ops/log.ts';
import { createServices } from '../../src/services/services.ts';
import { DatabaseCopy } from '../../src/store/snapshot.ts';
import { makeBlobsOld } from '../support/blobs.ts';
import { callsAs, noiseOf } from '../support/files.ts';
import { addPerson, makePost } from '../support/relay.ts';
import { startServer, type TestServer } from '../support/server.ts';

const ROUNDS = process.env.SOTTO_LONG === '1' ? 200 : 10;
/** Answers after which the process dies: another number each round, so that it dies at another place. */
const answersIn = (round: number) => 3 + ((round * 7) % 23);
const SENDERS = 6;

const data = mkdtempSync(join(tmpdir(), 'sotto-power-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

test(
  'nothing that was answered is lost, and nothing is there twice, however often the server dies',
  async () => {
    const ports = await openData(parseConfig(['--data', data], {}), silent);
    const services = createServices(ports, () => 'http://localhost');
    const mina = await addPerson(ports.db, Date.now());
    const ravi = await addPerson(ports.db, Date.now(), 2);
    const { id: conversation } = await services.conversations.createDirect(mina.session(), ravi.account);
    const deps = { ...ports, services };
    const accepted: string[] = [];
    const stored = new Map<string, Set<number>>();

    let server: TestServer = await startServer({ data });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const calls = await callsAs({ origin: server.url, deps }, mina);
        let answers = 0;
        let dead: Promise<void> | null = null;
        const answered = () => {
          answers += 1;
          if (answers === answersIn(round)) dead = server.kill();
        };
        const post = async () => {
          while (dead === null) {
            const { id, bytes } = makePost({ sender: mina.session(), conversation, to: ravi.devices });
            const answer = await calls.ask('POST', PATHS.messages, bytes).catch(() => null);
            if (answer === null) return;
            expect(answer.status).toBeLessThan(300);
            accepted.push(id);
            answered();
          }
        };
        const upload = async () => {
          const size = 8 * CHUNK_BYTES;
          const begun = await calls.begin(size, conversation).catch(() => null);
          if (begun === null) return;
          const { id } = begun.json<FileRecord>();
          stored.set(id, new Set());
          for (const [n, sealed] of noiseOf(size).entries()) {
            const answer = dead === null ? await calls.put(id, n, sealed).catch(() => null) : null;
            if (answer?.status !== 204) return;
            stored.get(id)?.add(n);
            answered();
          }
        };
        await Promise.all([...Array.from({ length: SENDERS }, post), upload()]);
        expect(dead).not.toBeNull();
        await dead;

        // As the disk has it, before anybody mends anything.
        const copy = new DatabaseCopy(join(data, 'sotto.sqlite'));
        expect(copy.problems()).toEqual([]);
        copy.end();
        for (const device of ravi.devices) {
          const waiting = await ports.db.read<{ id: string }>(
            'SELECT b.id FROM envelopes e JOIN bodies b ON b.number = e.number WHERE e.device = $1',
            [device],
          );
          const ids = waiting.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(accepted.filter((id) => !ids.includes(id))).toEqual([]);
        }
        expect((await services.audit.verify()).broken).toBeNull();
        for (const [file, chunks] of stored) {
          const rows = await ports.db.read<{ n: number; blob: string }>(
            'SELECT n, blob FROM file_chunks WHERE file = $1',
            [file],
          );
          for (const n of chunks) expect(rows.some((row) => row.n === n)).toBe(true);
          for (const { blob } of rows) expect(await ports.blobs.get(blob)).not.toBeNull();
        }
        makeBlobsOld(data);
        server = await startServer({ data });
      }
      expect(accepted.length).toBeGreaterThan(ROUNDS);
      // The clean-up at start takes what the last one left over.
      for (;;) {
        const rows = await ports.db.read<{ blob: string }>('SELECT blob FROM file_chunks ORDER BY blob');
        const kept = await ports.blobs.list(null, 100_000);
        if (kept.length === rows.length) break;
        await Bun.sleep(10);
      }
    } finally {
      await server.kill();
      await ports.db.close();
    }
  },
  ROUNDS * 10_000,
);
