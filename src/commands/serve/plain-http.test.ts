/** Plain HTTP beside TLS: challenges, the authority, and everybody else on their way to https. */
import { expect, test } from 'bun:test';
import { answerPlain } from './plain-http.ts';

const ORIGIN = 'https://chat.lan:3000';
const authority = {
  pem: '',
  der: new Uint8Array(0),
  fingerprint: 'AA',
  until: 0,
  names: ['chat.lan'],
};
const app = { handle: async (request: Request) => new Response(`app ${new URL(request.url).pathname}`) };
const withAuthority = { authority, challenge: (token: string) => (token === 'open' ? 'open.proof' : null) };
const ask = (path: string, method = 'GET', language = 'en', encryption = withAuthority) =>
  answerPlain(
    new Request(`http://chat.lan:8080${path}`, { method, headers: { 'accept-language': language } }),
    app,
    encryption,
    ORIGIN,
  );

test.each(['/', '/c/1?x=2', '/setup', '/api/v1/workspace', '//evil.example/', '/trusted'])(
  'reading %s is sent to https for good, at the address that people open',
  async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(308);
    expect(answer.headers.get('location')).toBe(`${ORIGIN}${path}`);
  },
);

test('what is sent in the open is refused, in a sentence and the language of the browser', async () => {
  const answer = await ask('/sign-in', 'POST');
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain(`Open ${ORIGIN} and do it there.`);
  expect(answer.headers.has('location')).toBe(false);
  expect(await (await ask('/sign-in', 'POST', 'de')).text()).toContain(`Öffne ${ORIGIN}`);
});

test('the authority, and what its page is drawn with, come over plain HTTP too', async () => {
  for (const path of ['/trust', '/trust/sotto-ca.crt', '/assets/app.0.css'])
    expect(await (await ask(path)).text()).toBe(`app ${path}`);
});

test('without an authority nothing of the app is answered here', async () => {
  const answer = await answerPlain(
    new Request('http://chat.example.org/trust'),
    app,
    { authority: null, challenge: () => null },
    ORIGIN,
  );
  expect(answer.status).toBe(308);
});

test('an ACME server gets the proof that is open, and nothing for another token', async () => {
  expect(await (await ask('/.well-known/acme-challenge/open')).text()).toBe('open.proof');
  expect((await ask('/.well-known/acme-challenge/other')).status).toBe(404);
});
