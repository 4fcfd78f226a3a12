/** The command line and an account with a second factor: SOTTO_CODE, wrong ones, and an admin who takes it away. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Secret, TOTP } from 'otpauth';
import { Devices, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'lighthouse keeper 1';
const STEP_MS = 30_000;

let server: TestServer;
const devices = new Devices();
let secret = '';
let recoveryCode = '';

const digits = (steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });
const login = (home: string, env: Record<string, string>) =>
  run(
    [
      ...['client', '--json', '--home', devices.home(home), 'login'],
      ...['--server', server.url, '--username', 'ada'],
    ],
    { env },
  ).ended;

/** A form of the settings, in the session of the device on the command line. */
async function form(path: string, fields: Record<string, string>, cookie: string) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { cookie, origin: server.url },
    body: new URLSearchParams(fields),
  });
  const [next = cookie] = response.headers
    .getSetCookie()
    .filter((line) => line.startsWith('sotto='))
    .map((line) => line.split(';')[0] ?? '');
  return { status: response.status, text: await response.text(), cookie: next };
}

beforeAll(async () => {
  server = await startServer();
  const [joined] = await devices.done(
    'desk',
    [
      ...['join', '--invite', server.setupLink ?? '', '--workspace', 'Harbour'],
      ...['--username', 'ada', '--name', 'Ada Kern'],
    ],
    { env: { SOTTO_PASSWORD: PASSWORD } },
  );
  recoveryCode = String(joined?.recoveryCode);
  const { Home } = await import('../../src/cli/home.ts');
  const home = Home.open(devices.home('desk'));
  const cookie = home.cookie ?? '';
  home.close();
  const shown = await form('/settings/security/second-factor', {}, cookie);
  secret = (/data-otp-secret[^>]*>([^<]+)</.exec(shown.text)?.[1] ?? '').replace(/ /g, '');
  const done = await form(
    '/settings/security/second-factor/confirm',
    { 'one-time-code': digits(-1) },
    cookie,
  );
  expect(done.status).toBe(200);
}, 120_000);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

test('says what is missing, without a terminal to ask at', async () => {
  const { code, err } = await login('phone', { SOTTO_PASSWORD: PASSWORD });
  expect(code).toBe(2);
  expect(err).toContain('SOTTO_CODE');
}, 60_000);

test('a wrong code is refused in a sentence', async () => {
  const { code, err } = await login('phone', { SOTTO_PASSWORD: PASSWORD, SOTTO_CODE: '000000' });
  expect(code).toBe(1);
  expect(err).toContain('This code is not right');
}, 60_000);

test('SOTTO_CODE makes a device, with the password and with the recovery code', async () => {
  const first = await login('phone', { SOTTO_PASSWORD: PASSWORD, SOTTO_CODE: digits() });
  expect(first.err).toBe('');
  expect(first.code).toBe(0);
  expect(first.out).toContain('"event":"joined"');
  const second = await login('tablet', { SOTTO_RECOVERY_CODE: recoveryCode, SOTTO_CODE: digits(1) });
  expect(second.code).toBe(0);
}, 60_000);

test('admin reset-2fa takes it away, once, and the password is enough', async () => {
  const reset = (name: string) => run(['admin', 'reset-2fa', name, '--data', server.data]).ended;
  expect((await reset('nobody')).code).toBe(1);
  const done = await reset('ada');
  expect([done.code, done.out.trim()]).toEqual([0, 'ada signs in without a second factor now.']);
  expect((await reset('ada')).err).toContain('no second factor');
  expect((await login('watch', { SOTTO_PASSWORD: PASSWORD })).code).toBe(0);
}, 60_000);
