import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { Authenticator, type Quirks } from '../../test/support/authenticator.ts';
import { call, join, newRegistration, type Registered, random } from '../../test/support/person.ts';
import type {
  PasskeySignInStart,
  PasswordParameters,
  RegisterStart,
  SessionRecord,
  SignedIn,
} from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import { PATHS } from '../contract/paths.ts';

let app: TestApp;
let mina: Registered;
let omar: Registered;

const invite = async () => (await app.deps.services.invites.create(null)).token;
const post = <T>(path: string, body: unknown, cookie?: string) =>
  call<T>(app.origin, 'POST', path, { body, ...(cookie ? { cookie } : {}) });
const secretOf = (person: Registered) => person.request.password?.secret ?? '';
const signIn = (person: Registered) =>
  post<SignedIn>(PATHS.signInPassword, { username: person.request.username, secret: secretOf(person) });
const session = (cookie: string | null) =>
  call<SignedIn>(app.origin, 'GET', PATHS.session, { cookie: cookie ?? '' });

beforeAll(async () => {
  app = await startApp();
  const token = await app.deps.services.invites.createSetupToken();
  mina = await join(app.origin, token, 'mina', { workspaceName: 'Harbour' });
  omar = await join(app.origin, await invite(), 'omar');
});
afterAll(() => app.stop());

describe('password', () => {
  test('parameters are those of the account, whatever the case of the name', async () => {
    const answer = await post<PasswordParameters>(PATHS.signInStart, { username: 'MINA' });
    const { secret: _, ...parameters } = mina.request.password ?? { secret: '' };
    expect(answer.body).toEqual(parameters as PasswordParameters);
  });

  test('unknown names get made-up parameters that never change and look like the others', async () => {
    const first = await post<PasswordParameters>(PATHS.signInStart, { username: 'nobody' });
    const again = await post<PasswordParameters>(PATHS.signInStart, { username: ' Nobody ' });
    const other = await post<PasswordParameters>(PATHS.signInStart, { username: 'somebody' });
    expect(first.body).toEqual(again.body);
    expect(first.body.salt).not.toBe(other.body.salt);
    const real = await post<PasswordParameters>(PATHS.signInStart, { username: 'mina' });
    expect({ ...first.body, salt: first.body.salt.length }).toEqual({
      ...real.body,
      salt: real.body.salt.length,
    });
  });

  test('opens a session without a device', async () => {
    const answer = await signIn(mina);
    expect(answer).toMatchObject({ status: 200, body: { username: 'mina', role: 'owner', device: null } });
    expect((await session(answer.cookie)).body).toEqual(answer.body);
    // Another session, another challenge.
    expect(answer.body.challenge).not.toBe(mina.signedIn.challenge);
  });

  test('a wrong secret, an unknown name, a disabled account and one without a password look alike', async () => {
    const gone = await join(app.origin, await invite(), 'gone');
    await app.deps.services.accounts.setDisabled('gone', true);
    const answers = await Promise.all([
      post(PATHS.signInPassword, { username: 'mina', secret: toBase64(random(32)) }),
      post(PATHS.signInPassword, { username: 'nobody', secret: toBase64(random(32)) }),
      post(PATHS.signInPassword, { username: 'gone', secret: secretOf(gone) }),
      post(PATHS.signInPassword, { username: '..%2f', secret: toBase64(random(32)) }),
    ]);
    for (const answer of answers) {
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 401,
        body: {
          error: 'NotSignedIn',
          message: 'That username and password do not go together. Check both and try again.',
        },
      });
      expect(answer.cookie).toBeNull();
      const names = [...answer.headers.keys()].filter((name) => name !== 'x-request-id');
      expect(names).toEqual(
        [...(answers[0]?.headers.keys() ?? [])].filter((name) => name !== 'x-request-id'),
      );
    }
  });

  test('an unknown name costs the same work as a wrong secret', async () => {
    const time = async (username: string) => {
      const start = performance.now();
      await post(PATHS.signInPassword, { username, secret: toBase64(random(32)) });
      return performance.now() - start;
    };
    await time('warm-up');
    // The fastest of several, taken in turn, so that a busy machine does not decide.
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 7; round++) {
      known = Math.min(known, await time('mina'));
      unknown = Math.min(unknown, await time('nobody'));
    }
    // Argon2id dominates both; without the dummy the ratio is above ten.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3);
  });

  test('a browser that signs in again loses its former session', async () => {
    const first = await signIn(mina);
    const second = await post<SignedIn>(
      PATHS.signInPassword,
      { username: 'mina', secret: secretOf(mina) },
      first.cookie ?? '',
    );
    expect((await session(second.cookie)).status).toBe(200);
    expect((await session(first.cookie)).status).toBe(401);
  });

  test('malformed requests are 400 in words', async () => {
    for (const body of [
      {},
      { username: 'mina' },
      { username: 'mina', secret: 'short' },
      { username: 'mina', secret: '!!!' },
      { username: 7, secret: toBase64(random(32)) },
      { username: 'x'.repeat(2000), secret: toBase64(random(32)) },
      { username: 'mina', secret: toBase64(random(3000)) },
    ])
      for (const path of [PATHS.signInPassword, PATHS.signInRecovery]) {
        const answer = await post<{ error: string; message: string }>(path, body);
        expect(answer).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
        expect(answer.body.message).toMatch(/^Please check/);
      }
    expect((await post(PATHS.signInStart, {})).status).toBe(400);
  });
});

describe('recovery code', () => {
  test('opens a session; a wrong one and an unknown name look alike', async () => {
    const answer = await post<SignedIn>(PATHS.signInRecovery, {
      username: 'omar',
      secret: omar.request.recoverySecret,
    });
    expect(answer).toMatchObject({ status: 200, body: { username: 'omar', device: null } });
    const wrong = await post(PATHS.signInRecovery, { username: 'omar', secret: mina.request.recoverySecret });
    const unknown = await post(PATHS.signInRecovery, {
      username: 'nobody',
      secret: mina.request.recoverySecret,
    });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual(unknown.body);
    // The password's secret is not the code's.
    expect((await post(PATHS.signInRecovery, { username: 'omar', secret: secretOf(omar) })).status).toBe(401);
  });
});

describe('passkey', () => {
  const options = async (): Promise<PublicKeyCredentialRequestOptionsJSON> =>
    (await post<PasskeySignInStart>(PATHS.passkeyStart, undefined)).body.options;
  const enter = (response: AuthenticationResponseJSON) => post<SignedIn>(PATHS.signInPasskey, { response });

  /** An account with a passkey alone. */
  const registerWith = async (username: string, passkey: Authenticator, quirks: Quirks = {}) => {
    const token = await invite();
    const made = await newRegistration(token, username);
    const start = await post<RegisterStart>(PATHS.registerStart, {
      token,
      account: made.identity.account,
      username,
    });
    if (!start.body.passkey) throw new Error('no options');
    const response = await passkey.create(start.body.passkey, quirks);
    const { password: _, ...request } = made.request;
    const [slot, ...slots] = request.vault.slots;
    const vault = { ...request.vault, slots: [{ ...slot, kind: 'prf', id: response.id }, ...slots] };
    return { made, body: { ...request, vault, passkey: response } };
  };

  test('is asked for with user verification and the PRF extension, for any account', async () => {
    expect(await options()).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      extensions: { prf: {} },
    });
    expect((await options()).challenge).not.toBe((await options()).challenge);
  });

  test('makes an account and opens it again', async () => {
    const passkey = new Authenticator(app.origin);
    const { made, body } = await registerWith('pia', passkey);
    const registered = await post<SignedIn>(PATHS.register, body);
    expect(registered.status).toBe(201);
    expect(registered.body.vault.slots.map(({ kind }) => kind)).toEqual(['prf', 'recovery']);
    const answer = await enter(await passkey.get(await options()));
    expect(answer).toMatchObject({ status: 200, body: { username: 'pia', device: null } });
    expect(answer.body.account).toBe(made.identity.account);
    // Without a password the parameters are made up, and no secret fits.
    const parameters = await post<PasswordParameters>(PATHS.signInStart, { username: 'pia' });
    expect(parameters.body.memory).toBe(65536);
    expect((await post(PATHS.signInPassword, { username: 'pia', secret: toBase64(random(32)) })).status).toBe(
      401,
    );
  });

  test('whatever is wrong with the answer, it is the same 401 and no session', async () => {
    const passkey = new Authenticator(app.origin);
    const { body } = await registerWith('quentin', passkey);
    expect((await post(PATHS.register, body)).status).toBe(201);
    const sessions = await app.count('sessions');

    const used = await passkey.get(await options());
    expect((await enter(used)).status).toBe(200);
    const stranger = new Authenticator(app.origin);
    await registerWith('never-finished', stranger);
    const fresh = async (quirks: Quirks) => passkey.get(await options(), quirks);
    const old = await options();
    app.pass(5 * 60_000 + 1);

    const wrong: Record<string, () => Promise<AuthenticationResponseJSON>> = {
      'the same answer twice': async () => used,
      'a challenge of our own': () => fresh({ challenge: toBase64(random(32)) }),
      'a challenge that is too old': () => passkey.get(old),
      'another origin': () => fresh({ origin: 'https://evil.example' }),
      'another port': () => fresh({ origin: 'http://localhost:1' }),
      'another relying party': () => fresh({ rpId: 'evil.example' }),
      'no user verification': () => fresh({ userVerified: false }),
      'a registration': () => fresh({ type: 'webauthn.create' }),
      'a counter that stood still': () => fresh({ counter: 2 }),
      "another account's handle": () => fresh({ userHandle: toBase64(random(16)), counter: 50 }),
      'an unknown passkey': async () => stranger.get(await options()),
      'a bent signature': async () => {
        const bent = await fresh({});
        return { ...bent, response: { ...bent.response, signature: used.response.signature } };
      },
    };
    for (const [what, make] of Object.entries(wrong)) {
      const answer = await post<{ error: string; message: string }>(PATHS.signInPasskey, {
        response: await make(),
      });
      expect(`${what}: ${answer.status}`).toBe(`${what}: 401`);
      expect(answer.body).toEqual({
        error: 'NotSignedIn',
        message: 'This passkey does not open an account here. Use another one, or your password.',
      });
    }
    expect(await app.count('sessions')).toBe(sessions + 1);
    expect((await enter(await passkey.get(await options(), { counter: 60 }))).status).toBe(200);
    await app.deps.services.accounts.setDisabled('quentin', true);
    expect((await enter(await passkey.get(await options()))).status).toBe(401);
  });

  test('a registration with a wrong passkey makes nothing', async () => {
    const before = await app.count('accounts');
    const quirks: Record<string, Quirks> = {
      'another origin': { origin: 'https://evil.example' },
      'another relying party': { rpId: 'evil.example' },
      'no user verification': { userVerified: false },
      'a challenge of our own': { challenge: toBase64(random(32)) },
    };
    for (const [what, quirk] of Object.entries(quirks)) {
      const { body } = await registerWith('rosa', new Authenticator(app.origin), quirk);
      const answer = await post<{ fields: object }>(PATHS.register, body);
      expect(`${what}: ${answer.status} ${Object.keys(answer.body.fields)}`).toBe(`${what}: 400 passkey`);
    }
    // A ceremony belongs to its link and account: another registration cannot use its answer.
    const { body } = await registerWith('rosa', new Authenticator(app.origin));
    const other = await registerWith('rosa', new Authenticator(app.origin));
    expect((await post(PATHS.register, { ...other.body, passkey: body.passkey })).status).toBe(400);
    expect(await app.count('accounts')).toBe(before);
  });

  test('malformed answers are 400, and an address without a name has no passkeys', async () => {
    for (const body of [{}, { response: 'x' }, { response: {} }, { response: { id: 7, response: {} } }])
      expect((await post(PATHS.signInPasskey, body)).status).toBe(400);
    const numbered = await startApp({ config: { url: 'http://192.168.1.5:3000' } });
    const answer = await call(numbered.origin, 'POST', PATHS.passkeyStart, {
      headers: { origin: 'http://192.168.1.5:3000' },
    });
    expect(answer).toMatchObject({ status: 409, body: { error: 'Conflict' } });
    const workspace = await call(numbered.origin, 'GET', PATHS.workspace);
    expect(workspace.body).toMatchObject({ passkeys: false, fixedAddress: true });
    await numbered.stop();
  });
});

describe('over https', () => {
  test('the cookie is bound to the host', async () => {
    const secure = await startApp({ config: { url: 'https://chat.example.org' } });
    const token = await secure.deps.services.invites.createSetupToken();
    const { request } = await newRegistration(token, 'mina', { workspaceName: 'Harbour' });
    const answer = await call(secure.origin, 'POST', PATHS.register, { body: request });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-sotto=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax; Secure$/,
    );
    expect((await call(secure.origin, 'GET', PATHS.session, { cookie: answer.cookie ?? '' })).status).toBe(
      200,
    );
    // The name without the prefix means nothing there.
    const plain = (answer.cookie ?? '').replace('__Host-', '');
    expect((await call(secure.origin, 'GET', PATHS.session, { cookie: plain })).status).toBe(401);
    await secure.stop();
  });
});

describe('signing out', () => {
  test('ends this session and takes the cookie back', async () => {
    const [one, two] = [await signIn(omar), await signIn(omar)];
    const answer = await post(PATHS.signOut, { everywhere: false }, one.cookie ?? '');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^sotto=; .*Max-Age=0/);
    expect((await session(one.cookie)).status).toBe(401);
    expect((await session(two.cookie)).status).toBe(200);
  });

  test('everywhere ends them all at once, though each was used a moment ago', async () => {
    const all = [omar.cookie, (await signIn(omar)).cookie, (await signIn(omar)).cookie];
    for (const cookie of all) expect((await session(cookie)).status).toBe(200);
    const listed = await call<SessionRecord[]>(app.origin, 'GET', PATHS.sessions, { cookie: all[1] ?? '' });
    expect((await post(PATHS.signOut, { everywhere: true }, all[1] ?? '')).status).toBe(204);
    for (const cookie of all) expect((await session(cookie)).status).toBe(401);
    const told = app.events.findLast((event) => event.type === 'signed-out');
    expect(told).toMatchObject({ account: omar.identity.account });
    expect(told?.type === 'signed-out' && told.sessions.toSorted()).toEqual(
      listed.body.map(({ id }) => id).toSorted(),
    );
    expect((await session(mina.cookie)).status).toBe(200);
  });

  test('needs a session and a word', async () => {
    expect((await post(PATHS.signOut, { everywhere: true })).status).toBe(401);
    expect((await post(PATHS.signOut, {}, mina.cookie)).status).toBe(400);
    expect((await post(PATHS.signOut, { everywhere: 'yes' }, mina.cookie)).status).toBe(400);
  });
});

describe('whether somebody is here', () => {
  test('is not told by the time of an answer: nobody waits until a refusal is noted', async () => {
    const { db } = app.deps;
    const held = Promise.withResolvers<void>();
    const write = db.write.bind(db);
    let passed = 0;
    // Counting the try is the same for every name; what is written after it is held.
    const slow = spyOn(db, 'write').mockImplementation(async (change) => {
      if (++passed > 1) await held.promise;
      return write(change);
    });
    for (const username of ['nobody', 'mina']) {
      passed = 0;
      const secret = toBase64(random(32));
      expect((await post(PATHS.signInRecovery, { username, secret })).status).toBe(401);
    }
    expect(passed).toBe(2);
    slow.mockRestore();
    held.resolve();
    const noted = await db.write((tx) =>
      tx.all("SELECT 1 AS found FROM audit WHERE action = 'session.refused' AND subject = $1", [
        mina.identity.account,
      ]),
    );
    expect(noted.length).toBeGreaterThan(0);
  });
});

describe('rate limits', () => {
  test('one name from one address is limited; the person comes in from elsewhere', async () => {
    const fresh = await startApp({ limited: true });
    const token = await fresh.deps.services.invites.createSetupToken();
    const person = await join(fresh.origin, token, 'mina', { workspaceName: 'Harbour' });
    const attempt = (secret: string, address = '10.0.0.1') =>
      call(fresh.origin, 'POST', PATHS.signInPassword, {
        body: { username: 'mina', secret },
        headers: { 'x-test-address': address },
      });
    const right = person.request.password?.secret ?? '';
    let last = await attempt(toBase64(random(32)));
    for (let tries = 1; tries < 20 && last.status === 401; tries++)
      last = await attempt(toBase64(random(32)));
    expect(last).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await attempt(right)).status).toBe(429);
    expect((await attempt(right, '10.0.0.2')).status).toBe(200);
    fresh.pass(60_000);
    expect((await attempt(right)).status).toBe(200);
    await fresh.stop();
  });
});
