import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join, type Registered } from '../../test/support/person.ts';
import { PATHS } from '../contract/paths.ts';

let app: TestApp;
let ada: Registered;
let mina: Registered;
let ola: Registered;

const token = async (role: 'admin' | 'member' = 'member') =>
  (await app.deps.services.invites.create(null, { role })).token;

beforeAll(async () => {
  app = await startApp();
  const setup = await app.deps.services.invites.createSetupToken();
  ada = await join(app.origin, setup, 'ada', { workspaceName: 'Harbour Lab', prekeys: 0 });
  mina = await join(app.origin, await token(), 'mina', { prekeys: 0 });
  ola = await join(app.origin, await token(), 'ola', { prekeys: 0 });
});
afterAll(() => app.stop());

interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  readonly location: string | null;
}

/** What a browser does, with and without htmx; redirects are not followed. */
async function open(
  path: string,
  {
    as,
    form,
    part = false,
    body,
    type,
    from = app,
  }: {
    readonly as?: Registered;
    readonly form?: Readonly<Record<string, string>>;
    /** As htmx asks for a part of the page. */
    readonly part?: boolean;
    readonly body?: string;
    readonly type?: string;
    readonly from?: TestApp;
  } = {},
): Promise<Page> {
  const sent = body ?? (form ? new URLSearchParams(form).toString() : undefined);
  const response = await fetch(`${from.origin}${path}`, {
    method: sent === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: {
      ...(as ? { cookie: as.cookie } : {}),
      ...(part ? { 'hx-request': 'true', 'hx-request-type': 'partial' } : {}),
      ...(sent === undefined
        ? {}
        : { 'content-type': type ?? 'application/x-www-form-urlencoded', origin: from.origin }),
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const html = await response.text();
  return {
    status: response.status,
    html,
    headers: response.headers,
    location: response.headers.get('location'),
  };
}

/** The conversation of two people, made over its form. */
async function conversationOf(one: Registered, username: string): Promise<string> {
  const { location } = await open('/conversations', { as: one, form: { people: username, name: '' } });
  return location ?? '';
}

describe('before there is an owner', () => {
  test('every page leads to set-up, which says nothing of the link', async () => {
    const fresh = await startApp();
    for (const path of ['/', '/sign-in', '/recover', '/settings', '/admin'])
      expect(await open(path, { from: fresh })).toMatchObject({ status: 303, location: '/setup' });
    const setup = await open('/setup', { from: fresh });
    expect(setup.status).toBe(200);
    expect(setup.html).toContain('Create workspace');
    expect(setup.html).toContain('Set a password as well');
    expect(setup.html).toContain(fresh.origin);
    await fresh.stop();
  });
});

describe('doors', () => {
  test('are open to the signed out', async () => {
    for (const [path, words] of [
      ['/sign-in', 'Sign in with a passkey'],
      ['/recover', 'Recovery code'],
      ['/join', 'Create account'],
    ] as const) {
      const page = await open(path);
      expect({ path, status: page.status, found: page.html.includes(words) }).toEqual({
        path,
        status: 200,
        found: true,
      });
      expect(page.html).toContain('Harbour Lab');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  test('set-up is gone once there is an owner, and says what to do instead', async () => {
    const page = await open('/setup');
    expect(page.status).toBe(410);
    expect(page.html).toContain('ask its owner for an invite');
    expect(await open('/setup', { as: ada })).toMatchObject({ status: 303, location: '/' });
  });

  test('pages of the workspace send the signed out to sign-in, htmx with a header', async () => {
    for (const path of ['/', '/settings', '/admin', '/conversations/new', '/recovery-code', '/unlock'])
      expect(await open(path)).toMatchObject({ status: 303, location: '/sign-in' });
    const part = await open('/', { part: true });
    expect({ status: part.status, to: part.headers.get('hx-redirect') }).toEqual({
      status: 200,
      to: '/sign-in',
    });
  });

  test('who is signed in goes on', async () => {
    expect(await open('/sign-in', { as: ada })).toMatchObject({ status: 303, location: '/' });
    const code = await open('/recovery-code', { as: ada });
    expect(code.status).toBe(200);
    expect(code.html).toContain('data-recovery-code');
    expect((await open('/unlock', { as: ada })).html).toContain('Name of ada');
  });

  test('a session without a device may only unlock', async () => {
    const response = await fetch(`${app.origin}${PATHS.signInPassword}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ola', secret: ola.request.password?.secret }),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    const locked = { ...ola, cookie };
    expect(await open('/', { as: locked })).toMatchObject({ status: 303, location: '/unlock' });
    expect(await open('/sign-in', { as: locked })).toMatchObject({ status: 303, location: '/unlock' });
    expect((await open('/unlock', { as: locked })).html).toContain('data-island="unlock"');
    expect((await open('/conversations', { as: locked, form: { people: 'mina' } })).status).toBe(403);
  });
});

describe('conversations', () => {
  test('the list says what to do next', async () => {
    const owner = await open('/', { as: ada });
    expect(owner.html).toContain('Invite people');
    expect(owner.html).toContain('hx-ws:connect="/socket"');
    const member = await open('/', { as: mina });
    expect(member.html).not.toContain('Invite people');
    expect(member.html).not.toContain('href="/admin"');
  });

  test('start from the form, for both, once', async () => {
    const first = await open('/conversations', { as: ada, form: { people: ' @Mina ', name: '' } });
    expect(first.status).toBe(303);
    expect(first.location).toMatch(/^\/c\/[0-9a-f]{64}$/);
    const again = await open('/conversations', { as: mina, form: { people: 'ada', name: 'unused' } });
    expect(again.location).toBe(first.location);
    for (const person of [ada, mina]) {
      const list = await open('/', { as: person });
      expect(list.html).toContain(`href="${first.location}"`);
    }
    const part = await open('/conversations', { as: ada, form: { people: 'mina' }, part: true });
    expect({ status: part.status, to: part.headers.get('hx-redirect') }).toEqual({
      status: 200,
      to: first.location,
    });
  });

  test('open as a page, and as a pane for htmx', async () => {
    const path = await conversationOf(ada, 'mina');
    const page = await open(path, { as: ada });
    expect(page.status).toBe(200);
    expect(page.html).toStartWith('<!doctype html>');
    expect(page.html).toContain('<title>Name of mina · Harbour Lab</title>');
    expect(page.html).toContain('aria-current="page"');
    expect(page.headers.get('vary')).toContain('HX-Request-Type');
    const pane = await open(path, { as: ada, part: true });
    expect(pane.html).toStartWith('<head><title>Name of mina · Harbour Lab</title></head>');
    expect(pane.html).toContain('id="timeline"');
    expect(pane.html).not.toContain('hx-ws:connect');
    expect(pane.html.length).toBeLessThan(page.html.length);
  });

  test('are there for their members alone, and the others cannot tell', async () => {
    const path = await conversationOf(ada, 'mina');
    const foreign = await open(path, { as: ola });
    const unknown = await open(`/c/${'0'.repeat(64)}`, { as: ola });
    expect(foreign.status).toBe(404);
    expect(foreign.html).toBe(unknown.html);
    for (const bad of ['/c/x', `/c/${'F'.repeat(64)}`, '/c/%3Cscript%3E'])
      expect((await open(bad, { as: ada })).status).toBe(404);
  });

  test('with oneself are notes, which say so', async () => {
    const path = await conversationOf(ada, 'ada');
    const page = await open(path, { as: ada });
    expect(page.html).toContain('<title>Notes to self · Harbour Lab</title>');
    expect(page.html).toContain('For you alone');
    expect(page.html).not.toContain('/verify/');
    expect(page.html).toContain(`data-peer="${path.slice('/c/'.length)}"`);
    expect((await open(path, { as: ola })).status).toBe(404);
  });

  const refused = [
    ['', 'Enter the username'],
    [' , ', 'Enter the username'],
    ['nobody', 'Nobody here has the username nobody'],
    ['mina, ola', 'One person here'],
    ['"><script>', 'Nobody here has the username'],
    ['x'.repeat(5000), 'Nobody here has the username'],
  ] as const;
  test.each(refused)(
    'cannot start with %j: the sentence stands beside the field',
    async (people, sentence) => {
      const before = await app.count('conversations');
      const page = await open('/conversations', { as: ada, form: { people, name: '' } });
      expect(page.status).toBe(400);
      expect(page.html).toMatch(new RegExp(`data-field-error="people"[^>]*>${sentence}`));
      expect(page.html).not.toContain('<script>');
      const part = await open('/conversations', { as: ada, form: { people, name: '' }, part: true });
      expect(part.status).toBe(400);
      expect(part.html).toStartWith(`<span>${sentence}`);
      expect(await app.count('conversations')).toBe(before);
    },
  );

  test('of a group has its size for a name, and a page for its people', async () => {
    const id = 'a9'.repeat(32);
    await app.deps.db.write(async (tx) => {
      await tx.run(
        "INSERT INTO conversations (id, kind, created_at, last_activity) VALUES ($1, 'group', $2, $3)",
        [id, 1, 1],
      );
      for (const { account } of [ada.request, mina.request])
        await tx.run('INSERT INTO members (conversation, account) VALUES ($1, $2)', [id, account]);
    });
    const page = await open(`/c/${id}`, { as: ada });
    expect(page.html).toContain('Group of 2');
    expect(page.html).toContain(`href="/c/${id}/people"`);
    expect(page.html).not.toContain('>Verify<');
    expect((await open('/', { as: mina })).html).toContain(`data-conversation="${id}"`);
    const people = await open(`/c/${id}/people`, { as: ada });
    expect(people.status).toBe(200);
    expect(people.html).toContain(`data-group="${id}"`);
    await app.deps.db.write((tx) =>
      tx.run('INSERT INTO former_members (conversation, account, epoch) VALUES ($1, $2, 4)', [
        id,
        ola.request.account,
      ]),
    );
    const former = await open(`/c/${id}`, { as: ola });
    expect(former.status).toBe(200);
    expect(former.html).toContain('Group you were in');
    for (const { account } of [ada.request, mina.request]) expect(former.html).not.toContain(`"${account}"`);
    await app.deps.db.write((tx) => tx.run('DELETE FROM former_members WHERE conversation = $1', [id]));
    const outside = await open(`/c/${id}/people`, { as: ola });
    const nowhere = await open(`/c/${'0'.repeat(64)}/people`, { as: ola });
    expect([outside.status, nowhere.status]).toEqual([404, 404]);
    const direct = await conversationOf(ada, 'mina');
    expect((await open(`${direct}/people`, { as: ada })).status).toBe(404);
  });

  test('cannot come as anything but a form', async () => {
    expect((await open('/conversations', { as: ada, body: '{}', type: 'application/json' })).status).toBe(
      415,
    );
    expect((await open('/conversations', { as: ada, form: { people: 'x'.repeat(20_000) } })).status).toBe(
      413,
    );
    expect((await open('/conversations', { form: { people: 'mina' } })).status).toBe(401);
    expect((await open('/conversations/new', { as: ada })).html).toContain('id="people"');
  });

  test('a write from another site is refused', async () => {
    const response = await fetch(`${app.origin}/conversations`, {
      method: 'POST',
      headers: {
        cookie: ada.cookie,
        origin: 'https://elsewhere.example',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'people=mina',
      redirect: 'manual',
    });
    expect(response.status).toBe(403);
  });

  test('the safety number has a page for other people', async () => {
    const page = await open(`/verify/${mina.identity.account}`, { as: ada });
    expect(page.status).toBe(200);
    expect(page.html).toContain('Mark as verified');
    expect(page.html).toContain(`data-peer="${mina.identity.account}"`);
    for (const account of [ada.identity.account, 'f'.repeat(32), 'x', '..%2f'])
      expect((await open(`/verify/${account}`, { as: ada })).status).toBe(404);
  });
});

describe('settings', () => {
  const signIn = async (person: Registered, username: string): Promise<Registered> => {
    const response = await fetch(`${app.origin}${PATHS.signInPassword}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla Firefox/150.0 Linux' },
      body: JSON.stringify({ username, secret: person.request.password?.secret }),
    });
    return { ...person, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  const otherSession = (html: string) => /action="(\/settings\/sessions\/[^"]+\/end)"/.exec(html)?.[1] ?? '';

  test('show devices and sessions; a session is ended by its form, and by htmx', async () => {
    for (const part of [false, true]) {
      const other = await signIn(ada, 'ada');
      const page = await open('/settings', { as: ada });
      expect(page.status).toBe(200);
      expect(page.html).toContain('This browser');
      expect(page.html).toContain('Firefox on Linux');
      const ended = await open(otherSession(page.html), { as: ada, form: {}, part });
      expect(ended).toMatchObject(
        part ? { status: 200, html: '' } : { status: 303, location: '/settings#sessions' },
      );
      expect((await open('/unlock', { as: other })).location).toBe('/sign-in');
      expect(otherSession((await open('/settings', { as: ada })).html)).toBe('');
    }
  });

  test("other people's sessions are not there", async () => {
    const other = await signIn(ola, 'ola');
    const page = await open('/settings', { as: ola });
    const path = otherSession(page.html);
    expect(path).not.toBe('');
    expect((await open(path, { as: ada, form: {} })).status).toBe(404);
    expect((await open('/settings/sessions/none/end', { as: ada, form: {} })).status).toBe(404);
    expect((await open(path, { form: {} })).status).toBe(401);
    expect((await open('/unlock', { as: other })).status).toBe(200);
  });

  test('signing out ends the session and clears the cookie; everywhere ends them all', async () => {
    const one = await signIn(mina, 'mina');
    const two = await signIn(mina, 'mina');
    const out = await open('/sign-out', { as: one, form: {} });
    expect(out).toMatchObject({ status: 303, location: '/sign-in' });
    expect(out.headers.get('set-cookie')).toMatch(/^sotto=;|Max-Age=0/);
    expect((await open('/unlock', { as: one })).location).toBe('/sign-in');
    expect((await open('/unlock', { as: two })).status).toBe(200);
    await open('/sign-out-everywhere', { as: two, form: {} });
    expect((await open('/unlock', { as: two })).location).toBe('/sign-in');
    expect((await open('/', { as: mina })).location).toBe('/sign-in');
    // Nobody is signed in: still the way to sign-in.
    expect(await open('/sign-out', { form: {} })).toMatchObject({ status: 303, location: '/sign-in' });
  });
});

describe('admin', () => {
  const terms = { role: 'member', uses: '3', expires: '7' };

  test('is for admins', async () => {
    const page = await open('/admin', { as: ada });
    expect(page.status).toBe(200);
    expect(page.html).toContain('@mina');
    const refused = await open('/admin', { as: ola });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('Go to your conversations');
    const before = await app.count('invites');
    expect((await open('/admin/invites', { as: ola, form: terms })).status).toBe(403);
    expect((await open('/admin/invites', { form: terms })).status).toBe(401);
    expect(await app.count('invites')).toBe(before);
  });

  test('an invite shows its link once, and the link works', async () => {
    const page = await open('/admin/invites', { as: ada, form: terms });
    expect(page.status).toBe(200);
    const [, url = ''] = /data-invite-url="" [^>]*>([^<]+)</.exec(page.html) ?? [];
    const secret = url.split('/join#')[1] ?? '';
    expect(url).toStartWith(`${app.origin}/join#`);
    expect(await app.deps.services.invites.inspect(secret)).toEqual({ kind: 'invite', role: 'member' });
    expect((await open('/admin', { as: ada })).html).not.toContain(secret);
    const part = await open('/admin/invites', { as: ada, form: terms, part: true });
    expect(part.html).toStartWith('<div class="card ok">');
    expect(part.html).toContain('data-invite-url');
  });

  test('an invite is taken back', async () => {
    const page = await open('/admin', { as: ada });
    const [, path = ''] = /action="(\/admin\/invites\/[^"]+\/revoke)"/.exec(page.html) ?? [];
    expect((await open(path, { as: ola, form: {} })).status).toBe(403);
    expect(await open(path, { as: ada, form: {} })).toMatchObject({
      status: 303,
      location: '/admin#invites',
    });
    expect((await open(path, { as: ada, form: {} })).status).toBe(404);
  });

  const refused = [
    [{ ...terms, role: 'emperor' }, 'role', 'Choose one of these roles'],
    [{ ...terms, role: '' }, 'role', 'Choose one of these roles'],
    [{ ...terms, uses: '0' }, 'uses', 'An invite works for 1 to'],
    [{ ...terms, uses: '1e3' }, 'uses', 'An invite works for 1 to'],
    [{ ...terms, uses: '-1' }, 'uses', 'An invite works for 1 to'],
    [{ ...terms, uses: '999999' }, 'uses', 'An invite works for 1 to'],
    [{ ...terms, expires: '8' }, 'expires', 'An invite lasts'],
    [{ role: 'member', uses: '<script>', expires: 'x'.repeat(3000) }, 'uses', 'An invite works for 1 to'],
  ] as const;
  test.each(refused)('an invite of %j is refused beside its field', async (form, field, sentence) => {
    const before = await app.count('invites');
    const page = await open('/admin/invites', { as: ada, form });
    expect(page.status).toBe(400);
    expect(page.html).toMatch(new RegExp(`data-field-error="${field}"[^>]*>${sentence}`));
    expect(page.html).not.toContain('value="<script>"');
    const part = await open('/admin/invites', { as: ada, form, part: true });
    expect(part.status).toBe(400);
    expect(part.html).toContain(sentence);
    expect(await app.count('invites')).toBe(before);
  });

  test('only an owner makes owners', async () => {
    const li = await join(app.origin, await token('admin'), 'li', { prekeys: 0 });
    const page = await open('/admin', { as: li });
    expect(page.html).not.toContain('value="owner"');
    expect((await open('/admin/invites', { as: li, form: { ...terms, role: 'owner' } })).status).toBe(400);
    expect((await open('/admin/invites', { as: ada, form: { ...terms, role: 'owner' } })).status).toBe(200);
  });
});

describe('what is not there', () => {
  test('is a page with one sentence and one action, and never a trace', async () => {
    const page = await open('/nowhere/at/all');
    expect(page.status).toBe(404);
    expect(page.html).toContain('<h1>Nothing here</h1>');
    expect(page.html.match(/class="button primary"/g)).toHaveLength(1);
    expect(page.html).not.toContain('    at ');
    expect((await open('/conversations', { as: ada, form: {}, type: 'text/plain' })).status).toBe(415);
  });

  test('the manifest of the app names no workspace, and leads to a new conversation', async () => {
    const { status, html, headers } = await open('/manifest.webmanifest');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/manifest+json');
    expect(JSON.parse(html)).toMatchObject({
      short_name: 'Sotto',
      shortcuts: [{ url: '/#new-conversation' }],
      start_url: '/',
      display: 'standalone',
    });
  });
});
