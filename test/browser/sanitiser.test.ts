/** What of the server's HTML may enter a page [R34]: in the real browser, under the real policy. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser } from 'playwright-core';
import { type BlankPage, serveModule } from './support/blank-page.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';

let blank: BlankPage;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  blank = await serveModule('src/island/trusted-types.ts', {
    WORKER_ADDRESSES: JSON.stringify({ argon2: '/assets/argon2.0123456789ab.js' }),
  });
  browser = await launchBrowser();
  person = await openPerson(browser);
  await person.page.goto(blank.url);
  await person.page.waitForFunction(() => 'tested' in globalThis);
  // Links and forms to our own origin may stay and do what they say; here they would only leave the page.
  await person.page.evaluate(() => {
    const isOwn = (address: string) => new URL(address, location.href).origin === location.origin;
    addEventListener('submit', (event) => {
      if (event.target instanceof HTMLFormElement && isOwn(event.target.action)) event.preventDefault();
    });
    addEventListener('click', (event) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (link && isOwn(link.href)) event.preventDefault();
    });
  });
});
afterAll(async () => {
  await browser.close();
  await blank.stop();
});

/** What the policy makes of a fragment, as htmx would hand it over. */
function clean(fragment: string): Promise<string> {
  return person.page.evaluate((html) => {
    const { policy } = (
      globalThis as unknown as { tested: typeof import('../../src/island/trusted-types.ts') }
    ).tested;
    return String(policy.createHTML(`<template>${html}</template>`)).slice(10, -11);
  }, fragment);
}

/** Puts a fragment into the page by way of the policy, as a swap does, and waits until it would have acted. */
async function insert(fragment: string): Promise<string> {
  return person.page.evaluate(async (html) => {
    const { policy } = (
      globalThis as unknown as { tested: typeof import('../../src/island/trusted-types.ts') }
    ).tested;
    const page = new DOMParser().parseFromString(
      policy.createHTML(`<template>${html}</template>`),
      'text/html',
    );
    const template = page.querySelector('template');
    if (template) document.body.replaceChildren(document.importNode(template.content, true));
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      element.dispatchEvent(new MouseEvent('mouseover'));
      element.dispatchEvent(new FocusEvent('focus'));
    }
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return Reflect.get(globalThis, 'ran') ?? '';
  }, fragment);
}

const SENTENCES = [
  '<p class="notice" id="a" role="status" aria-live="polite">Sent <b>now</b></p>',
  '<article class="message" data-message="ab" data-sender="cd" data-at="1"><header><b data-author="">Mina</b><time datetime="2026-01-01T00:00:00.000Z">00:00</time></header><sealed-message data-seq="1" data-body="AA" data-envelope="BB"></sealed-message></article>',
  '<li><a class="row" href="/c/0011" data-conversation="0011" data-activity="12" aria-current="page"><sealed-preview class="row-last"></sealed-preview><span data-unread="" hidden=""></span></a></li>',
  '<form method="post" action="/conversations" hx-post="/conversations" hx-target="#list" hx-swap="outerHTML"><label for="people">People</label><input id="people" name="people"><input type="hidden" name="kind" value="direct"><button type="submit">Start</button></form>',
  '<meter class="full" aria-label="Storage" aria-valuetext="1 of 2" min="0" max="2" value="1"></meter>',
  '<form method="post" action="/admin/storage"><input id="a" name="quota" type="text" value="1"><input name="total"><input name="largest"><input name="days"></form>',
  '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12"></path><use href="#plus"></use></svg>',
  '<table><thead><tr><th scope="col">Name</th></tr></thead><tbody><tr><td colspan="2">x &amp; y</td></tr></tbody></table>',
  '<template hx="" type="partial" hx-target="#inbox" hx-swap="beforeend"><p>part</p></template>',
];

const RULES = [
  '<form hx-post="/x" hx-trigger="submit once" hx-status:400="swap:innerHTML target:#error"></form>',
  '<ul hx-boost:inherited="true" hx-target:inherited="#main"></ul>',
];

test.each([...SENTENCES, ...RULES])('keeps %s', async (html) => {
  expect(await clean(html)).toBe(html);
});

/** Fragment, and what is left of it. */
const ATTACKS: readonly (readonly [attack: string, left: string])[] = [
  ['<script>ran="script"</script>', ''],
  ['<img src="x" onerror="ran=1">', '<img src="x">'],
  ['<img src="//elsewhere.example/x.png">', '<img>'],
  ['<p onclick="ran=1" onmouseover="ran=1">a</p>', '<p>a</p>'],
  ['<p hx-on:click="ran=1" hx-on::after-swap="ran=1">a</p>', '<p>a</p>'],
  ['<p data-hx-on:click="ran=1" data-hx-get="/x">a</p>', '<p>a</p>'],
  ['<p hx-get="/x" hx-vals="js:{a: ran=1}">a</p>', '<p hx-get="/x">a</p>'],
  ['<p hx-get="/x" hx-headers="javascript:{a: 1}" hx-include="input">a</p>', '<p hx-get="/x">a</p>'],
  ['<p hx-get="/x" hx-trigger="load[ran=1]">a</p>', '<p hx-get="/x">a</p>'],
  [
    '<p hx-get="/x" hx-trigger="load">a</p><p hx-get="/x" hx-trigger="every 1s">b</p>',
    '<p hx-get="/x">a</p><p hx-get="/x">b</p>',
  ],
  ['<p hx-get="/x" hx-trigger="click from:body">a</p>', '<p hx-get="/x">a</p>'],
  ['<p hx-get="//elsewhere.example/" hx-post="https://elsewhere.example/">a</p>', '<p>a</p>'],
  ['<p hx-confirm="js:ran=1" hx-config=\'{"credentials":"include"}\'>a</p>', '<p>a</p>'],
  ['<a href="javascript:ran=1">a</a>', '<a>a</a>'],
  ['<a href=" java\nscript:ran=1">a</a>', '<a>a</a>'],
  ['<a href="JAVASCRIPT&colon;ran=1">a</a>', '<a>a</a>'],
  ['<a href="\u0001javascript:ran=1">a</a>', '<a>a</a>'],
  ['<a href="data:text/html,<script>ran=1</script>">a</a>', '<a>a</a>'],
  ['<a href="https://elsewhere.example/">a</a>', '<a>a</a>'],
  ['<a href="/c/1" target="_blank" ping="/p">a</a>', '<a href="/c/1">a</a>'],
  ['<iframe srcdoc="<script>ran=1</script>"></iframe>', ''],
  ['<object data="/x"></object><embed src="/x">', ''],
  [
    '<base href="//elsewhere.example/"><meta http-equiv="refresh" content="0;url=/x"><link rel="stylesheet" href="/x">',
    '',
  ],
  ['<style>*{background:url(/leak)}</style><p style="background:url(/leak)">a</p>', '<p>a</p>'],
  ['<svg><foreignObject><img src=x onerror="ran=1"></foreignObject></svg>', '<svg></svg>'],
  ['<svg><script>ran=1</script><a href="javascript:ran=1"><text>x</text></a></svg>', '<svg></svg>'],
  ['<svg><use href="//elsewhere.example/#x" xlink:href="data:,x"></use></svg>', '<svg><use></use></svg>'],
  [
    '<svg onload="ran=1"><animate attributeName="href" values="javascript:ran=1"></animate></svg>',
    '<svg></svg>',
  ],
  [
    '<math><mtext><table><mglyph><style><img src=x onerror="ran=1"></style></mglyph></table></mtext></math>',
    '',
  ],
  ['<noscript><p title="</noscript><img src=x onerror=ran=1>"></p></noscript>', ''],
  ['<textarea name="people">write here</textarea>', ''],
  ['<input type="password" name="people"><input type="file" name="people">', ''],
  ['<input name="message"><p contenteditable="true">a</p>', '<p>a</p>'],
  ['<button form="unlock" formaction="/steal">a</button>', '<button>a</button>'],
  [
    '<form action="https://elsewhere.example/" target="_top"><button>a</button></form>',
    '<form><button>a</button></form>',
  ],
  [
    '<sealed-message><template shadowrootmode="open"><p>forged</p></template></sealed-message>',
    '<sealed-message><template><p>forged</p></template></sealed-message>',
  ],
  [
    '<template hx type="partial" hx-on:load="ran=1"><script>ran=1</script></template>',
    '<template hx="" type="partial"></template>',
  ],
  ['</template><script>ran=1</script><template>', ''],
  ['<!-- <script>ran=1</script> --><p>a<!--b--></p>', '<p>a</p>'],
  ['<x-unknown><p>inside</p></x-unknown><custom-element></custom-element>', ''],
  ['<p is="sotto-composer">a</p><p slot="x" part="y" nonce="n">a</p>', '<p>a</p>'],
  ['<div hx-ws:connect="wss://elsewhere.example/">a</div>', '<div>a</div>'],
];

test.each(ATTACKS)('of %s leaves %s', async (attack, left) => {
  expect(await clean(attack)).toBe(left);
});

test('nothing that is inserted runs or leaves', async () => {
  blank.asked.length = 0;
  for (const [attack] of ATTACKS) expect(await insert(attack)).toBe('');
  // `<img src="x">` is an address of our own; it is the only thing that may be asked for.
  expect(blank.asked.filter((path) => path !== '/x')).toEqual([]);
  expect(person.page.url()).toBe(blank.url);
});

test('text that changes its meaning when it is parsed again is not used at all', async () => {
  const mutants = [
    '<form id="a"><div></form><form id="b"><input name="q">',
    '<table><td><form></table><form><input name="q">',
    '<a href="/x"><table><td><a href="/y">',
    '<p><svg><p><style><img src=x onerror="ran=1">',
  ];
  for (const html of mutants) {
    const once = await clean(html);
    expect(await clean(once)).toBe(once);
    expect(await insert(html)).toBe('');
  }
});

test('any soup of brackets comes out the same a second time, without script', async () => {
  const pieces = [
    '<',
    '>',
    '</',
    '/>',
    '"',
    "'",
    '=',
    ' ',
    'a',
    '<p>',
    '</p>',
    '<svg>',
    '</svg>',
    '<math>',
    '<table>',
    '<td>',
    '<template>',
    '</template>',
    '<style>',
    '<title>',
    '<img src=x onerror=ran=1>',
    '<script>',
    '</script>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<select>',
    '<option>',
    '<noscript>',
    '<iframe>',
    '<form>',
    '<b>',
    '<a href=javascript:ran=1>',
    '<foreignObject>',
    '<desc>',
    '<annotation-xml encoding="text/html">',
    '&lt;',
    '&#0;',
  ];
  // A fixed sequence (xorshift), so that a failure can be repeated.
  let state = 0x5eed;
  const next = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const soups = Array.from({ length: 1500 }, () =>
    Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]).join(''),
  );
  const broken = await person.page.evaluate((all) => {
    const { policy } = (
      globalThis as unknown as { tested: typeof import('../../src/island/trusted-types.ts') }
    ).tested;
    const parse = (html: string) =>
      new DOMParser().parseFromString(policy.createHTML(html), 'text/html').querySelector('template');
    return all.filter((soup) => {
      const once = String(policy.createHTML(`<template>${soup}</template>`));
      const bad = parse(once)?.content.querySelector(
        'script, style, iframe, math, [onerror], [href^="java" i]',
      );
      return bad !== null || String(policy.createHTML(once)) !== once;
    });
  }, soups);
  expect(broken).toEqual([]);
});

test('markup that means another thing when it is parsed again is not used at all', async () => {
  // A line feed at the start of <pre> is eaten by each parser that reads it.
  expect(await clean('<pre>\n\nx</pre>')).toBe('');
  expect(await clean('<pre>x\n</pre>')).toBe('<pre>x\n</pre>');
});

test('script text and strange script addresses are refused', async () => {
  const refused = await person.page.evaluate(() => {
    const { policy } = (
      globalThis as unknown as { tested: typeof import('../../src/island/trusted-types.ts') }
    ).tested;
    const fails = (act: () => unknown) => {
      try {
        act();
        return false;
      } catch {
        return true;
      }
    };
    return [
      fails(() => policy.createScript('1')),
      fails(() => policy.createScriptURL('https://elsewhere.example/assets/argon2.0123456789ab.js')),
      fails(() => policy.createScriptURL('/assets/argon2.js?x=/assets/argon2.0123456789ab.js')),
      fails(() => policy.createScriptURL('/assets/argon2.0123456789ac.js')),
      fails(() => policy.createScriptURL('data:text/javascript,1')),
      String(policy.createScriptURL('/assets/argon2.0123456789ab.js')).endsWith(
        '/assets/argon2.0123456789ab.js',
      ),
      fails(() => {
        document.body.innerHTML = '<p>raw</p>';
      }),
    ];
  });
  expect(refused).toEqual([true, true, true, true, true, true, true]);
});
