import { afterAll, beforeAll, expect, test } from 'bun:test';
import { accountId } from '../contract/bytes.ts';
import { migrate } from '../store/migrate.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createWebauthn } from './webauthn.ts';

const db = openSqlite(':memory:');
beforeAll(() => migrate(db));
afterAll(() => db.close());
const ports = {
  db,
  clock: () => 0,
  random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
};

test('passkeys are offered where browsers take them', () => {
  const origins: Record<string, boolean> = {
    'https://chat.example.org': true,
    'https://chat.example.org:8443': true,
    'http://localhost:3000': true,
    'http://sotto.localhost:3000': true,
    'http://chat.example.org': false,
    'https://192.168.1.5': false,
    'http://127.0.0.1:3000': false,
    'https://[::1]:3000': false,
  };
  for (const [origin, available] of Object.entries(origins))
    expect(`${origin} ${createWebauthn(ports, () => origin).available}`).toBe(`${origin} ${available}`);
});

test('the relying party is the host name, whatever the port', async () => {
  const options = await createWebauthn(ports, () => 'https://chat.example.org:8443').signInOptions();
  expect(options.rpId).toBe('chat.example.org');
});

test('an answer that is no answer is null, never an error', async () => {
  const webauthn = createWebauthn(ports, () => 'http://localhost');
  const response = {
    id: 'AA',
    rawId: 'AA',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'AA', attestationObject: 'AA', authenticatorData: 'AA', signature: 'AA' },
  } as const;
  const passkey = {
    id: 'AA',
    account: accountId(new Uint8Array(16)),
    public_key: new Uint8Array(),
    counter: 0,
    transports: '',
    created_at: 0,
    last_used_at: 0,
    name: '',
  };
  expect(await webauthn.verifyRegistration(response, 'x')).toBeNull();
  expect(await webauthn.verifySignIn(response, null)).toBeNull();
  expect(await webauthn.verifySignIn(response, passkey)).toBeNull();
});
