/** Addresses: which of them become links, and whether what a link says is where it leads. */
import type { Inline } from './tree.ts';

/** Longer addresses stay text. */
export const MAX_ADDRESS = 2048;
const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const TRAILING = new Set('.,:;!?*_~\'"');
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** The address in the form that a browser would use, or null when it is not one that may be followed. */
export function readAddress(text: string): string | null {
  if (text.length > MAX_ADDRESS || !URL.canParse(text)) return null;
  const url = new URL(text);
  return PROTOCOLS.has(url.protocol) ? url.href : null;
}

/** An address in running text without the punctuation that ends the sentence around it. */
export function trimAddress(text: string): string {
  const open: Record<string, number> = { '(': 0, '[': 0, '{': 0 };
  for (const sign of text) {
    if (sign in open) open[sign] = (open[sign] ?? 0) + 1;
    const opener = BRACKETS[sign];
    if (opener) open[opener] = (open[opener] ?? 0) - 1;
  }
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1] ?? '';
    const opener = BRACKETS[last];
    // A bracket belongs to the address when it was opened in it.
    if (opener && (open[opener] ?? 0) < 0) open[opener] = (open[opener] ?? 0) + 1;
    else if (!TRAILING.has(last)) break;
  }
  return text.slice(0, end);
}

/** Words of a link beyond these are nothing to read, and looking through them takes as long as they are, squared. */
const MAX_LINK_WORDS = 2000;

/**
 * What to say of where a link leads: nothing when its words are its address; `instead` of words that are another
 * address; `beside` words that hold something like one.
 */
export function judgeLink(words: string, href: string): 'plain' | 'beside' | 'instead' {
  if (words.length > MAX_LINK_WORDS) return 'instead';
  const full = words.normalize('NFKC').trim();
  const bare = full.replace(/[\p{Cf}\p{Cc}]/gu, '').trim();
  // Signs that nobody sees can turn an address around, so that it reads as another one.
  if (sameAddress(bare, href)) return bare === full ? 'plain' : 'instead';
  const looksLike = /[^\s.。．｡]+[.。．｡][^\s.。．｡]|:\/\/|^www\b|\S@\S/u.test(bare);
  if (!looksLike) return 'plain';
  return /\s/u.test(bare) ? 'beside' : 'instead';
}

function sameAddress(words: string, href: string): boolean {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(words) ? words : `${new URL(href).protocol}//${words}`;
  const mail = `mailto:${words}`;
  return [full, mail].some((text) => URL.canParse(text) && new URL(text).href === href);
}

/** Where it leads, short: the host, or the mailbox. */
export function placeOf(href: string): string {
  const { protocol, host, pathname } = new URL(href);
  return protocol === 'mailto:' ? pathname : host;
}

/** The words of nodes without their marks. */
export function wordsOf(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text' || node.kind === 'code') return node.text;
      return node.kind === 'mention' ? `@${node.name}` : wordsOf(node.children);
    })
    .join('');
}
