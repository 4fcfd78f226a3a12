/** Pages and refusals in the language of whoever asks. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join, type Registered } from '../../test/support/person.ts';

let app: TestApp;
let ada: Registered;

beforeAll(async () => {
  app = await startApp();
  const setup = await app.deps.services.invites.createSetupToken();
  ada = await join(app.origin, setup, 'ada', { workspaceName: 'Harbour Lab', prekeys: 0 });
});
afterAll(() => app.stop());

const get = (path: string, headers: Record<string, string>) =>
  fetch(app.origin + path, { headers: { cookie: ada.cookie, ...headers }, redirect: 'manual' });
const GERMAN = { 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' };

test('a page is in the language that the browser asks for, and caches know', async () => {
  const english = await get('/settings', {});
  expect(english.headers.get('vary')).toContain('Accept-Language');
  const page = await english.text();
  expect(page).toContain('<html lang="en">');
  expect(page).not.toMatch(/<script[^>]*words-de/);
  const german = await (await get('/settings', GERMAN)).text();
  expect(german).toContain('<html lang="de">');
  expect(german).toMatch(/<h1[^>]*>Einstellungen</);
  expect(german).toMatch(
    /<script type="module" src="\/assets\/words-de\.[0-9a-f]{12}\.js" integrity="sha384-/,
  );
});

test('what is refused is said in it, as a page and to programs of the page; the names of errors stay', async () => {
  const page = await (await get('/c/none', GERMAN)).text();
  expect(page).toContain('Diese Unterhaltung gibt es nicht.');
  const answer = await fetch(`${app.origin}/api/v1/sign-in/password`, {
    method: 'POST',
    headers: { ...GERMAN, 'content-type': 'application/json', origin: app.origin },
    body: '{}',
  });
  expect(answer.headers.get('vary')).toContain('Accept-Language');
  const { error, message, fields } = await answer.json();
  expect(error).toBe('ValidationError');
  expect(message).toStartWith('Bitte prüfe ');
  expect(Object.values(fields)).toContainEqual(['Das wird gebraucht.']);
});

test('the choice in Settings is kept by a cookie that says a language and nothing else', async () => {
  const choose = (language: string) =>
    fetch(`${app.origin}/settings/language`, {
      method: 'POST',
      headers: {
        cookie: ada.cookie,
        origin: app.origin,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ language }).toString(),
      redirect: 'manual',
    });
  const chosen = await choose('de');
  expect(chosen.status).toBe(303);
  expect(chosen.headers.get('location')).toBe('/settings#language');
  const cookie = chosen.headers.get('set-cookie') ?? '';
  expect(cookie).toStartWith('sotto-language=de; Path=/; ');
  const kept = `${ada.cookie}; ${cookie.split(';')[0]}`;
  const page = await (await get('/settings', { cookie: kept, 'accept-language': 'en' })).text();
  expect(page).toContain('<html lang="de">');
  expect(page).toMatch(/<option value="de"[^>]* selected/);
  for (const none of ['', 'xx', 'de; Domain=example.org'])
    expect((await choose(none)).headers.get('set-cookie')).toStartWith('sotto-language=; Path=/; Max-Age=0');
});
