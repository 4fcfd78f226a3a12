/**
 * Reads a page of the server's: what it loads, and whatever stands in it that no page of Sotto has. The text of pages
 * depends on who is asked, so it is not compared; its elements and attributes are held against the same list that the
 * browser client holds fragments against, and against the few more that a whole document needs.
 */
import type { Assets } from '../assets.ts';
import { allowsAttribute, allowsElement, type Markup } from '../island/allow-list.ts';
import type { Difference } from './difference.ts';

export interface ReadPage {
  readonly differences: readonly Difference[];
  /** Paths of scripts, workers and styles that the page names and this build does not know. */
  readonly unknown: readonly string[];
  /** Plain names of the scripts it loads, and of those it loads before them. */
  readonly scripts: readonly string[];
  readonly preloads: readonly string[];
  /** Addresses of links. */
  readonly links: readonly string[];
  /** `data-release`, or null. */
  readonly release: string | null;
}

/** Attributes of the elements around what htmx swaps; others may not stand on them. */
const DOCUMENT: Readonly<Record<string, ReadonlySet<string>>> = {
  html: new Set(['lang']),
  head: new Set(),
  title: new Set(),
  meta: new Set(['charset', 'name', 'content', 'media']),
  link: new Set(['rel', 'href', 'type', 'integrity']),
  script: new Set(['type', 'src', 'integrity']),
  noscript: new Set(),
};
const META_NAMES: ReadonlySet<string | null> = new Set([null, 'viewport', 'color-scheme', 'theme-color']);
/** What `<link>` may load: the kind of asset, or an address that never changes. */
const LINKS: Readonly<Record<string, 'style' | 'icon' | 'script' | '/manifest.webmanifest'>> = {
  stylesheet: 'style',
  icon: 'icon',
  'apple-touch-icon': 'icon',
  manifest: '/manifest.webmanifest',
  modulepreload: 'script',
};
/** Harmless in a whole page; a fragment may not move what is typed to elsewhere. */
const PAGE_ATTRIBUTES: ReadonlySet<string> = new Set(['autofocus', 'download']);
/** Parsers differ about these, and pages of Sotto have none. */
const AMBIGUOUS = /<!--|<!\[CDATA\[|<\?/;
/** What the views write for the five characters that they escape. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&#34;': '"',
  '&quot;': '"',
  '&#39;': "'",
  '&#039;': "'",
};

/** @param html of the answer at `where` */
export function readPage(where: string, html: string, assets: Assets, origin: string): ReadPage {
  const differences: Difference[] = [];
  const unknown = new Set<string>();
  const scripts: string[] = [];
  const preloads: string[] = [];
  const links: string[] = [];
  const nested: string[] = [];
  let release: string | null = null;
  let mayHoldPassword = false;
  const kinds = new Map(assets.manifest.files.map(({ path, kind }) => [path, kind]));
  const names = new Map([...assets.all].map(([name, { url }]) => [url, name]));

  const differs = (what: string, expected: string | null = null, got: string | null = null) =>
    differences.push({ where, what, expected, got });
  /** A file that this build serves, of this kind; otherwise it is named, and looked at. */
  const loads = (tag: string, path: string | null, isKind: (kind: string) => boolean) => {
    const kind = path === null ? undefined : kinds.get(path);
    if (path !== null && kind !== undefined && isKind(kind)) return;
    differs(`<${tag}> loads what no page of this build loads`, null, path);
    if (path?.startsWith('/') && !path.startsWith('//')) unknown.add(path);
  };

  const checkScript = (element: HTMLRewriterTypes.Element) => {
    const src = attribute(element, 'src');
    if (attribute(element, 'type') !== 'module')
      differs('a script is no module', 'module', attribute(element, 'type'));
    if (src === null) return differs('an inline script');
    loads('script', src, (kind) => kind === 'script');
    const name = checkIntegrity(element, src);
    if (name !== undefined) scripts.push(name);
  };
  /** The plain name of a file of ours, which the element may load with its hash only. */
  const checkIntegrity = (element: HTMLRewriterTypes.Element, path: string | null) => {
    const name = names.get(path ?? '');
    if (name === undefined) return;
    const expected = assets.integrity(name);
    const got = attribute(element, 'integrity');
    if (got !== expected) differs(`the integrity attribute of ${path} is another`, expected, got);
    return name;
  };
  const checkLink = (element: HTMLRewriterTypes.Element) => {
    const rel = attribute(element, 'rel') ?? '';
    const wanted = LINKS[rel];
    const href = attribute(element, 'href');
    if (wanted === undefined)
      return differs(`<link rel="${rel}">, which no page of this build has`, null, href);
    if (wanted.startsWith('/')) {
      if (href !== wanted) differs(`<link rel="${rel}"> names another address`, wanted, href);
    } else loads(`link rel="${rel}"`, href, (kind) => kind === wanted);
    if (wanted !== 'script') return;
    const name = checkIntegrity(element, href);
    if (name !== undefined) preloads.push(name);
  };
  const checkBody = (element: HTMLRewriterTypes.Element) => {
    release = attribute(element, 'data-release');
    for (const [name, value] of element.attributes) {
      if (!name.startsWith('data-')) differs(`the attribute ${name} of <body>`, null, value);
      else if (value.includes('/'))
        loads(`body ${name}`, value, (kind) => kind === 'script' || kind === 'worker');
    }
  };

  const checkDocument = (element: HTMLRewriterTypes.Element, allowed: ReadonlySet<string>) => {
    const tag = element.tagName;
    for (const [name, value] of element.attributes)
      if (!allowed.has(name)) differs(`the attribute ${name} of <${tag}>`, null, value);
    if (tag === 'meta' && !META_NAMES.has(attribute(element, 'name')))
      differs(`<meta name="${attribute(element, 'name')}">`, null, attribute(element, 'content'));
    if (tag === 'script') checkScript(element);
    if (tag === 'link') checkLink(element);
  };
  const checkInside = (element: HTMLRewriterTypes.Element) => {
    const tag = element.tagName;
    const markup = markupOf(element);
    const isPassword = tag === 'input' && mayHoldPassword && attribute(element, 'type') === 'password';
    const isTyped = tag === 'input' && mayHoldPassword && !element.hasAttribute('is');
    mayHoldPassword = false;
    if (!isPassword && !isTyped && !allowsElement(markup))
      return differs(`<${tag}>, which no page of this build has`);
    for (const [name, raw] of element.attributes) {
      const value = decode(raw);
      if (value === null || raw.includes('<'))
        differs(`the attribute ${name} of <${tag}> is written unusually`, null, raw);
      else if (!PAGE_ATTRIBUTES.has(name) && !allowsAttribute(markup, name, value, origin))
        differs(`the attribute ${name} of <${tag}>`, null, value);
      else if (name === 'href' && tag === 'a') links.push(value);
    }
  };

  if (AMBIGUOUS.test(html)) differs('a comment or an instruction, which no page of this build has');
  if (!formsAlternate(html)) differs('a form inside another, of which browsers make one');
  new HTMLRewriter()
    // Passwords and codes are typed into forms that nothing but the client can send.
    .on('form[method="dialog"] input', {
      element() {
        mayHoldPassword = true;
      },
    })
    .on('*', {
      element(element) {
        const allowed = Object.hasOwn(DOCUMENT, element.tagName) ? DOCUMENT[element.tagName] : undefined;
        if (element.tagName === 'body') checkBody(element);
        else if (allowed && isHtml(element)) checkDocument(element, allowed);
        else checkInside(element);
      },
    })
    .on('script', {
      text({ text }) {
        if (text.trim() !== '') differs('an inline script', null, text.slice(0, 80));
      },
    })
    .on('title', {
      text({ text }) {
        if (text.includes('<')) differs('markup in the title', null, text.slice(0, 80));
      },
    })
    .on('noscript', {
      text({ text }) {
        nested.push(text);
      },
    })
    .transform(html);
  // Without scripts the inside of <noscript> is markup, with them it is text: it must be harmless as both.
  const inside = nested.join('');
  if (inside.includes('<')) differences.push(...readPage(where, inside, assets, origin).differences);
  return { differences, unknown: [...unknown], scripts, preloads, links, release };
}

/** A form that begins before the last one has ended does not exist for a browser: its fields belong to the last one. */
function formsAlternate(html: string): boolean {
  let isOpen = false;
  for (const [, slash] of html.matchAll(/<(\/?)form(?=[\s/>])/gi)) {
    if (isOpen === (slash === '')) return false;
    isOpen = !isOpen;
  }
  return !isOpen;
}

const isHtml = ({ namespaceURI }: HTMLRewriterTypes.Element) =>
  namespaceURI === 'http://www.w3.org/1999/xhtml';
const attribute = (element: HTMLRewriterTypes.Element, name: string) => {
  const value = element.getAttribute(name);
  return value === null ? null : (decode(value) ?? value);
};
const markupOf = (element: HTMLRewriterTypes.Element): Markup => ({
  namespaceURI: element.namespaceURI,
  localName: element.tagName,
  getAttribute: (name) => attribute(element, name),
  hasAttribute: (name) => element.hasAttribute(name),
});

/** The text of an attribute; null when it holds a character reference that our views do not write. */
function decode(raw: string): string | null {
  let isKnown = true;
  const text = raw.replace(/&#?\w*;?/g, (reference) => {
    const character = REFERENCES[reference];
    if (character === undefined && reference.length > 1) isKnown = false;
    return character ?? reference;
  });
  return isKnown ? text : null;
}
