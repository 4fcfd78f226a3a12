/** Messages as files, from one command to the next, against a server process. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 180_000;

let server: TestServer;
const devices = new Devices();
const folder = mkdtempSync(join(tmpdir(), 'sotto-archive-'));

beforeAll(async () => {
  server = await startServer();
  const enter = (name: string, link: string, more: readonly string[] = []) =>
    devices.done(name, ['join', '--invite', link, '--username', name, ...more], SECRET);
  await enter('ada', server.setupLink ?? '', ['--workspace', 'Harbour']);
  for (const name of ['ben', 'cleo']) {
    const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
    await enter(name, out.trim());
  }
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
  rmSync(folder, { recursive: true });
});

test(
  'an export is a private file, and somebody else takes it where it was said or elsewhere',
  async () => {
    const [group] = await devices.done('ada', ['create', '--name', 'Harbour', '--people', 'ben,cleo']);
    const id = String(group?.id);
    await devices.done('ada', ['send', '--conversation', id, 'the tide\n---\nturns']);
    await devices.done('ben', ['listen', '--count', '1', '--timeout', '60s']);
    await devices.done('ben', ['send', '--conversation', id, 'at noon']);
    await devices.done('ada', ['listen', '--count', '1', '--timeout', '60s']);
    for (const format of ['json', 'markdown']) {
      const file = join(folder, `harbour.${format}`);
      const [event] = await devices.done('ada', [
        'export',
        '--conversation',
        id,
        '--format',
        format,
        '--out',
        file,
      ]);
      expect(event).toEqual({ event: 'exported', messages: 2 });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'utf8')).toContain('the tide');
    }
    // Cleo has them from the relay, too: nothing doubles.
    await devices.done('cleo', ['listen', '--count', '2', '--timeout', '60s']);
    const again = await devices.done('cleo', ['import', join(folder, 'harbour.json')]);
    expect(again).toEqual([{ event: 'imported', added: 0, known: 2, refused: 0, verified: 0 }]);

    // A file of somebody else's conversation, into one that one is in.
    const [other] = await devices.done('ada', ['create', '--name', 'Elsewhere', '--people', 'ben']);
    await devices.done('ada', ['send', '--conversation', String(other?.id), 'between us']);
    const file = join(folder, 'elsewhere.md');
    await devices.done('ada', [
      'export',
      '--conversation',
      String(other?.id),
      '--format',
      'markdown',
      '--out',
      file,
    ]);
    const [refused] = await devices.done('cleo', ['import', file]);
    expect(refused).toMatchObject({ added: 0, refused: 1 });
    const [taken] = await devices.done('cleo', ['import', '--conversation', id, file]);
    expect(taken).toMatchObject({ added: 1, verified: 0 });
    const shown = await devices.done('cleo', ['history', '--conversation', id]);
    expect(shown.find(({ text }) => text === 'between us')).toMatchObject({
      origin: 'import',
      verified: false,
    });

    // Through a pipe.
    const writing = run([
      'client',
      '--home',
      devices.home('ada'),
      'export',
      '--format',
      'markdown',
      '--out',
      '-',
    ]);
    writing.say('');
    const { out } = await writing.ended;
    expect(out).toEndWith('---\ntype: "end"\nmessages: 3\n---\n\n');
    const [piped] = await devices.done('ben', ['import', '-'], { input: out });
    expect(piped).toMatchObject({ added: 0, known: 3, refused: 0 });

    const damaged = join(folder, 'damaged.jsonl');
    writeFileSync(
      damaged,
      `${readFileSync(join(folder, 'harbour.json'), 'utf8')}{"type":"message","id":"x"}\n`,
    );
    const failed = await devices.run('cleo', ['import', damaged]);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('“id” should be 32 hexadecimal digits');
  },
  PATIENCE_MS,
);
