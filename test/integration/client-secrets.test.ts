/** Everything that the server keeps and logs is searched for what it must not know. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { as, PASSWORDS, Pair } from '../support/pair.ts';

const PATIENCE_MS = 120_000;
const TEXTS = {
  delivered: 'the lamp oil arrives on thursday night',
  answer: 'then leave the cellar door unlocked, please',
  waiting: 'nobody has fetched this sentence so far',
} as const;

let pair: Pair;
let recoveryCode = '';
/** Everything that commands have written, but for the line of joining that carries the recovery code. */
let said = '';

beforeAll(async () => {
  pair = await Pair.open({ args: ['--log-level', 'debug'] });
  recoveryCode = String(pair.joined.ada.recoveryCode);
  await pair.send('ada', 'ben', TEXTS.delivered);
  expect(await pair.hear('ben', 1)).toEqual([TEXTS.delivered]);
  await pair.send('ben', 'ada', TEXTS.answer);
  expect(await pair.hear('ada', 1)).toEqual([TEXTS.answer]);
  await pair.send('ada', 'ben', TEXTS.waiting);

  const login = (home: string, env: Record<string, string>) =>
    pair.devices.run(home, ['login', '--server', pair.server.url, '--username', 'ada'], { env });
  const outcomes = [
    await login('ada-2', { SOTTO_RECOVERY_CODE: recoveryCode }),
    await login('ada-3', as('ada').env),
    await login('ada-4', { SOTTO_PASSWORD: `${PASSWORDS.ada}, mistyped` }),
  ];
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 1]);
  said = outcomes.map(({ out, err }) => out + err).join('\n');
}, PATIENCE_MS);
afterAll(() => pair.remove());

/** All files of the data folder, the write-ahead log among them, and the log. */
function everything(): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const { data } = pair.server;
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
  return [...files, { name: 'log', bytes: Buffer.from(pair.server.log()) }];
}

/** A text as it may lie in a file: as bytes, in hexadecimal, in either base64 at each of its three offsets. */
function forms(text: string): readonly (string | Buffer)[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    // Characters that depend on what stands before or after the text say nothing.
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    return [padded.toString('base64'), padded.toString('base64url')].map((each) => each.slice(first, last));
  });
  return [
    bytes,
    Buffer.from(text, 'utf16le'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
  ];
}

const placesOf = (text: string) =>
  everything()
    .filter(({ bytes }) => forms(text).some((form) => bytes.includes(form)))
    .map(({ name }) => name);

test('the search finds what is there, in any of its forms', () => {
  expect(placesOf('ada').length).toBeGreaterThan(0);
  expect(placesOf('Harbour').length).toBeGreaterThan(0);
  const place = Buffer.from(`x${Buffer.from(`??${TEXTS.answer}!`).toString('base64url')}y`);
  expect(forms(TEXTS.answer).some((form) => place.includes(form))).toBe(true);
  expect(everything().some(({ name }) => name.endsWith('-wal'))).toBe(true);
  expect(pair.server.log()).not.toBe('');
});

test('no message, password or recovery code is in the database, its write-ahead log or the log', async () => {
  const secrets = [
    ...Object.values(TEXTS),
    ...Object.values(PASSWORDS),
    recoveryCode,
    recoveryCode.replaceAll('-', ''),
    recoveryCode.slice(0, 19),
  ];
  expect(recoveryCode).toMatch(/^(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
  const found = () => secrets.filter((secret) => placesOf(secret).length > 0);
  expect(found()).toEqual([]);
  await pair.server.stop();
  expect(found()).toEqual([]);
  expect(placesOf('ada').length).toBeGreaterThan(0);
});

test('commands print no secret, and refused ones say one sentence', () => {
  for (const secret of [...Object.values(PASSWORDS), recoveryCode]) expect(said).not.toContain(secret);
  expect(said).not.toMatch(/\bat .*:\d+:\d+/);
});
