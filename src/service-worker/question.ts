/**
 * The page that stands in front of the app while files are served that were not accepted. It is made here, without a
 * script and without a file of the server's, and its own policy admits nothing else.
 */
import type { ServedManifest } from '../contract/served.ts';
import { locale, t } from '../contract/words.ts';
import type { Doubt } from './accepted.ts';

/** The field that carries the answer, and the one that says to which question. */
export const ANSWER = 'sotto-answer';
export const TOKEN = 'sotto-question';

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 ui-sans-serif,system-ui,sans-serif;background:light-dark(#fbfaf7,#171613);color:light-dark(#1d1b18,#efebe4)}
body{margin:0}
main{max-width:44rem;margin:0 auto;padding:2.5rem 1.25rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1rem;margin:2rem 0 .5rem}
code{font:.8125rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.releases{font-size:1.25rem;font-weight:600}
.warn{border-inline-start:3px solid light-dark(#a2372c,#ee9a8f);padding-inline-start:.75rem}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
button{font:inherit;min-height:44px;padding:.5rem 1rem;border-radius:10px;border:1px solid light-dark(#8d867b,#7b7468);background:none;color:inherit;cursor:pointer}
button.primary{background:light-dark(#5d3a6e,#c9a5db);border-color:transparent;color:light-dark(#fff,#241a2a)}
button:focus-visible{outline:3px solid light-dark(#7d4f94,#c9a5db);outline-offset:2px}
dl{margin:0}
dt{font-weight:600;margin-top:.75rem}
dd{margin:0;overflow-wrap:anywhere}
dd span{display:inline-block;min-width:5em;color:light-dark(#57524a,#bdb6aa)}
`;

export interface Change {
  readonly path: string;
  /** SHA-384 that was accepted and that is served; null where there is none. */
  readonly accepted: string | null;
  readonly served: string | null;
}

/** What differs between two lists of files. A path holds the hash of its file, so a changed file is known by its name. */
function changesBetween(accepted: ServedManifest | null, { offered, refused }: Doubt): readonly Change[] {
  const changes = new Map<string, Change>();
  const before = new Map((accepted?.files ?? []).map(({ path, sha384 }) => [nameOf(path), sha384]));
  for (const { path, sha384 } of offered?.files ?? []) {
    const known = before.get(nameOf(path)) ?? null;
    if (known !== sha384) changes.set(nameOf(path), { path, accepted: known, served: sha384 });
  }
  for (const [path, served] of Object.entries(refused)) {
    const known = before.get(nameOf(path)) ?? null;
    const listed = changes.get(nameOf(path));
    changes.set(nameOf(path), { path, accepted: known, served: served ?? listed?.served ?? null });
  }
  return [...changes.values()];
}

/** `/assets/island.3f9c0a1b77de.js` -> island.js */
const nameOf = (path: string) => path.replace(/^.*\//, '').replace(/\.[0-9a-f]{12}(?=\.)/, '');

/** What the page may do: be looked at, and answered. */
async function policy(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

/** Asks once. Without a list that covers what the page loads there is nothing to accept, and no button for it. */
export function question(
  accepted: ServedManifest | null,
  doubt: Doubt,
  origin: string,
  acceptable: boolean,
): Promise<Response> {
  const before = accepted?.release ?? t('unknown');
  const after = doubt.offered?.release ?? t('unknown');
  const isSame = before === after;
  const changes = changesBetween(accepted, doubt);
  return page(
    t('Sotto has changed'),
    `<h1>${escapeHtml(isSame ? t('The program has changed') : t('A new version of Sotto is served'))}</h1>
<p class="releases">${escapeHtml(before)} → ${escapeHtml(after)}</p>
${
  isSame
    ? warning(
        t(
          'The release has the same name as before, and its files are others. Ask your administrator why before you go on.',
        ),
      )
    : ''
}
<p>${escapeHtml(
      t(
        'Your keys have not been used. This server now sends your browser another program than the one you have accepted, and that program would hold your keys.',
      ),
    )} ${escapeHtml(
      t(
        'Compare with what your administrator has announced, or run this with a Sotto of that release from elsewhere:',
      ),
    )} <code>sotto verify ${escapeHtml(origin)}</code></p>
${
  acceptable
    ? ''
    : warning(
        t(
          'What is sent is not what the server’s own list of this release says, so there is nothing here that could be accepted. Tell your administrator.',
        ),
      )
}
<form method="post" action="">
<input type="hidden" name="${TOKEN}" value="${escapeHtml(doubt.token)}">
${
  acceptable
    ? `<button class="primary" name="${ANSWER}" value="use">${escapeHtml(t('Use the new version'))}</button>`
    : `<button class="primary" name="${ANSWER}" value="again">${escapeHtml(t('Try again'))}</button>`
}
<button name="${ANSWER}" value="not-now">${escapeHtml(t('Not now'))}</button>
</form>
<h2>${escapeHtml(t('What is different'))}</h2>
<dl>${changes
      .map(
        ({ path, accepted: known, served }) =>
          `<dt>${escapeHtml(path)}</dt><dd><span>${escapeHtml(t('accepted'))}</span> <code>${escapeHtml(known ?? t('nothing of this name'))}</code></dd><dd><span>${escapeHtml(t('served'))}</span> <code>${escapeHtml(served ?? t('not in the list of the release'))}</code></dd>`,
      )
      .join('')}</dl>`,
  );
}

/** After "Not now". */
export const leftAlone = (): Promise<Response> =>
  page(
    t('Sotto is not opened'),
    `<h1>${escapeHtml(t('Sotto is not opened'))}</h1>
<p>${escapeHtml(
      t(
        'Your keys have not been used, and what waits for you stays with the server. Load this page again to be asked again.',
      ),
    )}</p>`,
  );

async function page(title: string, safeMain: string): Promise<Response> {
  return new Response(
    `<!doctype html><html lang="${locale().split('-', 1)[0]}"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>${safeMain}</main></body></html>`,
    {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': await policy(),
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      },
    },
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const warning = (words: string) => `<p class="warn">${escapeHtml(words)}</p>`;
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
