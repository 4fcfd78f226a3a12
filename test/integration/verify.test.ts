/** R35: the verifier against an honest server, and against one that lies a little, to some, somewhere. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { ASSET_NAMES, type Assets, createAssets } from '../../src/assets.ts';
import { loadAssets } from '../../src/embedded.ts';
import { nameByContents } from '../../src/served-names.ts';
import type { Finding } from '../../src/verify/difference.ts';
import { verify as verifyAs } from '../../src/verify/verify.ts';
import type { Session } from '../../src/verify/visitor.ts';
import { run } from '../support/client.ts';
import { type Bend, type Liar, rewrite, startLiar, withHeader } from '../support/liar.ts';
import { as, Pair } from '../support/pair.ts';
import { join } from '../support/person.ts';

/** What browsers load of this build. */
let whole: Assets;
/** A build in which a round is short: files that no page and no test names are left out, and the largest is a line. */
let assets: Assets;
let liar: Liar;
let session: Session;

const NAMED: ReadonlySet<string> = new Set([...ASSET_NAMES, 'fallback.js', 'groups.js']);
const LARGEST = 'pdf-worker.js';

beforeAll(async () => {
  whole = await loadAssets();
  const kept = [...whole.all]
    .filter(([name]) => NAMED.has(name))
    .map(([name, { bytes }]) => [name, bytes] as const);
  assets = createAssets(new Map([...kept, [LARGEST, new TextEncoder().encode('export{};')]]));
  liar = await startLiar(assets);
  const { invites } = liar.app.deps.services;
  const ada = await join(liar.app.origin, await invites.createSetupToken(), 'ada', {
    workspaceName: 'Harbour',
  });
  session = { name: 'signed in', cookie: ada.cookie };
});
afterAll(() => liar.stop());
afterEach(() => {
  liar.bend = null;
});

const verify = async (bend: Bend | null) => {
  liar.bend = bend;
  const { findings } = await verifyAs(liar.origin, assets, [session]);
  return findings;
};
const pathOf = (request: Request) => new URL(request.url).pathname;
/** Changes the markup of one page. */
const inPage =
  (path: string, change: (html: string) => string): Bend =>
  (request, honest) =>
    pathOf(request) === path ? rewrite(honest, change) : honest;
const before = (mark: string, more: string) => (html: string) => html.replace(mark, more + mark);
const hashOf = (text: string) => `sha384-${new Bun.CryptoHasher('sha384').update(text).digest('base64')}`;
/** What is said, each once: readers of two languages get two pages, and so may find the same thing twice. */
const said = (findings: readonly Finding[]) => [
  ...new Set(findings.map(({ where, what }) => `${where}: ${what}`)),
];

test('an honest server serves what this build would, signed in and not [R35]', async () => {
  const report = await verifyAs(liar.origin, assets, [session]);
  expect(report.findings).toEqual([]);
  expect(report.release).toBe(assets.manifest.release);
  // Every file, and the pages on both sides of signing in.
  expect(report.looked).toBeGreaterThan(assets.all.size + 8);
  for (const path of ['/sign-in', '/join', '/settings', '/admin', '/sw.js', assets.url('argon2.js')])
    expect(liar.asked).toContain(`GET ${path}`);
});

test('one script for one browser [R35]', async () => {
  const path = assets.url('island.js');
  const evil = 'alert(1)';
  const findings = await verify((request, honest) =>
    pathOf(request) === path && request.headers.get('user-agent')?.includes('iPhone')
      ? rewrite(honest, () => evil)
      : honest,
  );
  expect(findings).toEqual([
    {
      where: path,
      what: 'island.js has other bytes',
      expected: assets.integrity('island.js'),
      got: hashOf(evil),
      shownTo: ['Safari, signed out', 'Safari, signed in'],
    },
  ]);
});

test('only without compression, only for one file', async () => {
  const path = assets.url('fallback.js');
  const findings = await verify((request, honest) =>
    pathOf(request) === path && request.headers.get('accept-encoding') === 'identity'
      ? rewrite(honest, (text) => `${text} `)
      : honest,
  );
  expect(said(findings)).toEqual([`${path}: fallback.js has other bytes`]);
});

test('a header that is missing, and one that is weaker [R35]', async () => {
  expect(
    said(
      await verify((request, honest) =>
        pathOf(request) === '/recover' ? withHeader(honest, 'x-frame-options', null) : honest,
      ),
    ),
  ).toEqual(['/recover: the header x-frame-options is missing']);
  const weak = "default-src *; script-src * 'unsafe-inline'";
  const [finding, ...others] = await verify((request, honest) =>
    pathOf(request) === '/sign-in' ? withHeader(honest, 'content-security-policy', weak) : honest,
  );
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    where: '/sign-in',
    what: 'the header content-security-policy is another',
    got: weak,
  });
  expect(
    said(await verify((_request, honest) => withHeader(honest, 'link', '</x.js>; rel=modulepreload'))),
  ).toContain('/sign-in: the header link is another');
});

test('a script that stands in a page only for who is signed in [R35]', async () => {
  const findings = await verify(async (request, honest) => {
    if (pathOf(request) === '/assets/more.js') return new Response('steal()');
    return pathOf(request) === '/settings' && honest.status === 200
      ? rewrite(honest, before('</head>', '<script type="module" src="/assets/more.js"></script>'))
      : honest;
  });
  expect(findings.map(({ where, what, got }) => [where, what, got])).toEqual([
    ['/settings', '<script> loads what no page of this build loads', '/assets/more.js'],
    ['/assets/more.js', 'a file that this build does not have', hashOf('steal()')],
  ]);
  for (const { shownTo } of findings)
    expect(shownTo.every((visitor) => visitor.endsWith('signed in'))).toBe(true);
});

test('an integrity attribute that is another [R35]', async () => {
  const [finding, ...others] = await verify(
    inPage('/sign-in', (html) => html.replace(assets.integrity('door.js'), hashOf('other'))),
  );
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    where: '/sign-in',
    what: `the integrity attribute of ${assets.url('door.js')} is another`,
    expected: assets.integrity('door.js'),
    got: hashOf('other'),
  });
});

test('a script that is loaded before the page’s own: without its hash, and not at all [R35]', async () => {
  const pieces = nameByContents(
    new Map([
      ['island.js', 'import"./island-1.js";'],
      ['island-1.js', 'export{};'],
    ]),
  );
  const others = [...assets.all].filter(([name]) => name !== 'island.js');
  const inPieces = createAssets(
    new Map([...others.map(([name, { bytes }]) => [name, bytes] as const), ...pieces]),
  );
  const other = await startLiar(inPieces);
  try {
    const look = async (change: (html: string) => string) => {
      other.bend = inPage('/setup', change);
      return said((await verifyAs(other.origin, inPieces, [])).findings);
    };
    const [first = ''] = inPieces.preloads('island.js');
    expect(first).toBe('island-1.js');
    const link = `<link rel="modulepreload" href="${inPieces.url(first)}" integrity="${inPieces.integrity(first)}">`;
    const wanted = before('</head>', link);
    // A page in front of the workspace does not need it.
    expect(await look(wanted)).toEqual(['/setup: the page loads other scripts before its own']);
    expect(
      await look((html) => wanted(html).replaceAll(/(modulepreload".*?) integrity="[^"]*"/g, '$1')),
    ).toEqual([
      `/setup: the integrity attribute of ${inPieces.url(first)} is another`,
      '/setup: the page loads other scripts before its own',
    ]);
  } finally {
    await other.stop();
  }
});

test('another worker: by its bytes, by its address, and the one that watches [R35]', async () => {
  const argon2 = assets.url('argon2.js');
  for (const path of [argon2, '/sw.js'])
    expect(
      said(
        await verify((request, honest) =>
          pathOf(request) === path ? rewrite(honest, (text) => `${text}\n`) : honest,
        ),
      ),
    ).toEqual([`${path}: ${path === argon2 ? 'argon2.js' : 'sw.js'} has other bytes`]);
  expect(
    said(
      await verify(
        inPage('/join', (html) => html.replace('data-page=', 'data-worker="/assets/w.js" data-page=')),
      ),
    ),
  ).toEqual([
    '/join: <body data-worker> loads what no page of this build loads',
    '/assets/w.js: a file that this build does not have',
  ]);
});

test('a list of its own files that is not true', async () => {
  const findings = await verify(
    inPage('/assets/manifest.json', (json) => json.replace(assets.integrity('door.js'), hashOf('other'))),
  );
  expect(said(findings)).toEqual(['/assets/manifest.json: the server’s own list of its files is another']);
});

test('a page that is sent elsewhere, and one whose script is gone', async () => {
  expect(
    said(
      await verify((request, honest) =>
        pathOf(request) === '/recover'
          ? new Response(null, {
              status: 303,
              headers: [...honest.headers].concat([['location', 'https://elsewhere.example/']]),
            })
          : honest,
      ),
    ),
  ).toEqual(['/recover: a redirect to another site']);
  expect(said(await verify(inPage('/recover', (html) => html.replace(/<script.*?<\/script>/, ''))))).toEqual([
    '/recover: the page loads other scripts',
  ]);
});

test('a page that browsers read in another encoding [R35]', async () => {
  const findings = await verify(async (request, honest) => {
    if (pathOf(request) !== '/recover') return honest;
    // To UTF-8 this is the honest page with some odd text; to a browser it is a script after a lot of Chinese.
    const html = await (await rewrite(honest, (text) => text)).text();
    const script = Buffer.from('<script type="module" src="/assets/more.js"></script>', 'utf16le').swap16();
    const [head = '', tail = ''] = html.split('</main>');
    const start = Buffer.from(head.length % 2 === 0 ? head : `${head} `);
    const bytes = Buffer.concat([Buffer.from([0xfe, 0xff]), start, script, Buffer.from(`</main>${tail}`)]);
    const headers = new Headers(honest.headers);
    headers.delete('content-encoding');
    headers.delete('content-length');
    return new Response(bytes, { status: honest.status, headers });
  });
  expect(said(findings)).toEqual(['/recover: the page is no UTF-8']);
});

test('a page that stands in an answer which looks like a redirect, and redirects without an end [R35]', async () => {
  const hidden = (status: number) =>
    verify(async (request, honest) => {
      if (pathOf(request) === '/assets/more.js') return new Response('steal()');
      if (pathOf(request) !== '/recover') return honest;
      const bent = await rewrite(
        honest,
        before('</head>', '<script type="module" src="/assets/more.js"></script>'),
      );
      return new Response(bent.body, { status, headers: bent.headers });
    });
  for (const status of [300, 302, 305])
    expect(said(await hidden(status))).toEqual([
      '/recover: a redirect that leads nowhere',
      '/recover: <script> loads what no page of this build loads',
      '/assets/more.js: a file that this build does not have',
    ]);
  const round = await verify((request, honest) =>
    pathOf(request) === '/recover'
      ? new Response(null, {
          status: 303,
          headers: [...honest.headers].concat([['location', '/recover']]),
        })
      : honest,
  );
  expect(said(round)).toEqual(['/recover: redirects that do not end']);
});

describe('markup that no page has is named [R35]', () => {
  const head = (more: string) => before('</head>', more);
  const body = (more: string) => before('</main>', more);
  const cases: readonly (readonly [string, (html: string) => string, string])[] = [
    [
      'an inline handler',
      (html) => html.replace('<main ', '<main onclick="x()" '),
      'the attribute onclick of <main>',
    ],
    ['an inline script', head('<script>steal()</script>'), 'an inline script'],
    [
      'an inline script in an own module',
      (html) => html.replace('></script>', '>steal()</script>'),
      'an inline script',
    ],
    ['an import map', head('<script type="importmap">{}</script>'), 'an inline script'],
    [
      'a preload',
      head('<link rel="modulepreload" href="/x.js">'),
      '<link rel="modulepreload"> loads what no page of this build loads',
    ],
    [
      'a preload of a file of ours that the page does not need',
      (html) =>
        head(
          `<link rel="modulepreload" href="${assets.url('groups.js')}" integrity="${assets.integrity('groups.js')}">`,
        )(html),
      'the page loads other scripts before its own',
    ],
    [
      'a foreign style',
      head('<link rel="stylesheet" href="https://e.example/x.css">'),
      '<link rel="stylesheet"> loads what no page of this build loads',
    ],
    ['an inline style', head('<style>*{}</style>'), '<style>, which no page of this build has'],
    [
      'a refresh',
      head('<meta http-equiv="refresh" content="0;url=/x">'),
      'the attribute http-equiv of <meta>',
    ],
    ['a base', head('<base href="https://e.example/">'), '<base>, which no page of this build has'],
    ['a frame', body('<iframe src="/x"></iframe>'), '<iframe>, which no page of this build has'],
    [
      'a script address',
      body('<a href="java&#115;cript:x()">x</a>'),
      'the attribute href of <a> is written unusually',
    ],
    ['a plain script address', body('<a href=" javascript:x()">x</a>'), 'the attribute href of <a>'],
    [
      'a form that leaves',
      body('<form action="https://e.example/" method="post"></form>'),
      'the attribute action of <form>',
    ],
    [
      'a button that sends elsewhere',
      body('<button formaction="/steal">x</button>'),
      'the attribute formaction of <button>',
    ],
    [
      'a password outside of our forms',
      body('<form method="post" action="/x"><input type="password" name="password"></form>'),
      '<input>, which no page of this build has',
    ],
    [
      'a form that swallows the next',
      body(
        '<table><form method="post" action="/x"></table><form method="dialog"><input type="password"></form>',
      ),
      'a form inside another, of which browsers make one',
    ],
    ['a picture from elsewhere', body('<img src="https://e.example/x.png">'), 'the attribute src of <img>'],
    [
      'a script in a drawing',
      body('<svg><script>x()</script></svg>'),
      '<script>, which no page of this build has',
    ],
    [
      'markup in <noscript>',
      body('<noscript><p onload="x()"></p></noscript>'),
      'the attribute onload of <p>',
    ],
    [
      'markup that ends <noscript> early',
      body('<noscript><p title="</noscript><b onclick=x()>"></p></noscript>'),
      'the attribute onclick of <b>',
    ],
    [
      'a comment',
      body('<!--><script>x()</script>-->'),
      'a comment or an instruction, which no page of this build has',
    ],
    ['htmx code', body('<p hx-on:click="x()"></p>'), 'the attribute hx-on:click of <p>'],
  ];
  test.each(cases)('%s', async (_name, change, expected) => {
    const findings = await verify(inPage('/sign-in', change));
    expect(said(findings)).toContain(`/sign-in: ${expected}`);
  });
});

describe('the command', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.open();
    await pair.send('ada', 'ben', 'hello');
  }, 120_000);
  afterAll(() => pair.remove());

  test('ends with 0 when all is the same, also signed in and on a device [R35]', async () => {
    const { url } = pair.server;
    const outcome = await run(
      ['verify', url, '--login', '--username', 'ada', '--home', pair.devices.home('ada')],
      as('ada'),
    ).ended;
    expect(outcome.err).toBe('');
    expect(outcome.out).toMatch(
      /^http:\/\/localhost:\d+ serves what Sotto \S+ would serve: \d+ pages and files, signed out, signed in on a device, signed in\.\n$/,
    );
    expect(outcome.code).toBe(0);
    // The pages with an id in them were found and looked at.
    expect(pair.server.log()).toMatch(/"path":"\/c\/[0-9a-f]+"/);
    expect(pair.server.log()).toMatch(/"path":"\/verify\/[0-9a-f]+"/);
  }, 60_000);

  test('ends with 1 and one line for each difference, in JSON too', async () => {
    // The program compares with the build that it carries.
    const liar = await startLiar(whole);
    liar.bend = (request, honest) =>
      pathOf(request) === '/join' && request.headers.get('user-agent')?.includes('Chrome')
        ? withHeader(honest, 'x-frame-options', 'ALLOW\u001b[2J'.replace('\u001b', '!'))
        : honest;
    const words = await run(['verify', liar.origin]).ended;
    expect(words.code).toBe(1);
    expect(words.out.split('\n')[0]).toBe(
      '/join (only for Chrome, signed out): the header x-frame-options is another: expected DENY, got ALLOW![2J',
    );
    const json = await run(['verify', liar.origin, '--json']).ended;
    expect(json.code).toBe(1);
    expect(json.lines).toMatchObject([
      { event: 'difference', where: '/join', expected: 'DENY', shownTo: ['Chrome, signed out'] },
      { event: 'verified', origin: liar.origin, differences: 1 },
    ]);
    await liar.stop();
  }, 60_000);

  test('ends with 2 when it is used wrongly, with 1 when nobody answers', async () => {
    for (const args of [
      [],
      ['not an address'],
      ['https://a.example', 'more'],
      ['https://a.example', '--nonsense'],
    ]) {
      const outcome = await run(['verify', ...args]).ended;
      expect([args, outcome.code]).toEqual([args, 2]);
      expect(outcome.err).toContain('sotto verify URL');
    }
    const outcome = await run(['verify', 'http://localhost:1']).ended;
    expect([outcome.code, outcome.out]).toEqual([1, '']);
    expect(outcome.err).toStartWith('http://localhost:1/ cannot be read');
  }, 60_000);
});
