/** What a file of messages never holds, whatever a device keeps [R18]. */
import { expect, test } from 'bun:test';
import { ROOMS } from '../backup/rooms.ts';
import { STORES } from '../ports.ts';
import { readAll } from '../testing/files.ts';
import { World } from '../testing/world.ts';

/** Records of a file, as docs/export.md names them. */
const RECORDS = ['certificate', 'conversation', 'end', 'export', 'message', 'person'];

/** Rooms of hashes, public keys and words that stand elsewhere, too: the log, what was seen, what is made from the history. */
const KNOWN_TO_ALL: ReadonlySet<string> = new Set(['log', 'meta', 'replay', 'search', 'backup']);

/** However bytes may be written into a text. */
const waysToWrite = (bytes: Uint8Array): readonly string[] => [
  new TextDecoder('latin1').decode(bytes),
  bytes.toHex(),
  bytes.toBase64({ omitPadding: true }),
  bytes.toBase64({ alphabet: 'base64url', omitPadding: true }),
];

test('no key, session or prekey is in a file of messages, and no record that the documents do not name [R18]', async () => {
  const world = new World();
  const mina = await world.makePerson('mina', 1);
  const jonas = await world.makePerson('jonas', 1);
  const backupKey = world.crypto.random(32);
  mina.devices[0]?.disk.store('secrets').set('backup', backupKey);
  world.publish(mina);
  world.publish(jonas);
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await a.engine.send(id, 'hello');
  await world.settle();
  await b.engine.send(id, 'hello to you');
  await world.settle();
  await a.engine.setVerified(jonas.account, true);
  b.line.disconnect();
  await a.engine.send(id, 'not delivered yet');
  await world.settle();

  for (const format of ['json', 'markdown'] as const) {
    const file = await readAll((await a.engine.archive()).export({ conversation: null, format }));
    expect(file).toContain('hello to you');
    let looked = 0;
    for (const room of STORES) {
      if (ROOMS[room] !== 'never' || KNOWN_TO_ALL.has(room)) continue;
      for (const [name, value] of a.storage.disk.store(room)) {
        // What stands inside a record, too: keys are written as base64url there.
        const inside = [...new TextDecoder('latin1').decode(value).matchAll(/"([A-Za-z0-9_-]{43,})"/g)];
        const secrets =
          value.length < 32 ? [] : [...waysToWrite(value), ...inside.map(([, text = '']) => text)];
        looked += secrets.length;
        for (const secret of secrets) expect(`${room}/${name} ${file.includes(secret)}`).toEndWith('false');
      }
    }
    for (const written of waysToWrite(backupKey)) expect(file.includes(written)).toBe(false);
    expect(looked).toBeGreaterThan(40);
  }

  const json = await readAll((await a.engine.archive()).export({ conversation: null, format: 'json' }));
  const kinds = new Set(
    json
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type),
  );
  expect([...kinds].toSorted()).toEqual(RECORDS);
  await world.close();
}, 60_000);
