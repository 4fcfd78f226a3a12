/** Draws what was read of a text: elements made one by one, words as text nodes. No HTML is ever made of it. */
import { t } from '../../contract/words.ts';
import { readText } from './blocks.ts';
import { judgeLink, placeOf, wordsOf } from './links.ts';
import type { Block, Inline, Item } from './tree.ts';

/** Who may be named here. Names are lowercase. */
export interface Names {
  /** Somebody's username, or `everyone`. */
  has(name: string): boolean;
  /** Whether this names the reader. */
  isSelf(name: string): boolean;
}

/** Emojis alone, so few that they may be large. */
const FEW_EMOJIS = /^(?:\p{RGI_Emoji}\s?){1,5}$/v;
const LONGEST_EMOJIS = 80;

export const isEmojiOnly = (text: string): boolean =>
  text.length <= LONGEST_EMOJIS && FEW_EMOJIS.test(text.trim());

/** Nodes for a message. */
export function drawText(text: string, names: Names): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const blocks = readText(text, (name) => names.has(name));
  fragment.append(...blocks.map((block) => drawBlock(block, names)));
  return fragment;
}

function drawBlock(block: Block, names: Names): HTMLElement {
  switch (block.kind) {
    case 'paragraph':
      return element('p', drawInline(block.children, names));
    case 'heading':
      return element('p', [element('strong', drawInline(block.children, names))]);
    case 'code':
      return drawCode(block.language, block.text);
    case 'quote':
      return element(
        'blockquote',
        block.children.map((child) => drawBlock(child, names)),
      );
    case 'list':
      return element(
        block.items[0]?.number === null ? 'ul' : 'ol',
        block.items.map((item) => drawItem(item, names)),
      );
  }
}

/** With the number that was typed, whatever the one before it was. */
function drawItem({ number, blocks }: Item, names: Names): HTMLElement {
  const item = document.createElement('li');
  if (number !== null) item.value = Number(number);
  item.append(...blocks.map((child) => drawBlock(child, names)));
  return item;
}

const TAGS = { strong: 'strong', emphasis: 'em', strike: 's' } as const;

function drawInline(nodes: readonly Inline[], names: Names): (Node | string)[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [node.text];
    if (node.kind === 'code') return [element('code', [node.text])];
    if (node.kind === 'mention') return [drawMention(node.name, names)];
    if (node.kind === 'link') return drawLink(node.href, node.children, names);
    return [element(TAGS[node.kind], drawInline(node.children, names))];
  });
}

function drawMention(name: string, names: Names): HTMLElement {
  const mention = element('span', [`@${name}`]);
  mention.className = names.isSelf(name.toLowerCase()) ? 'mention self' : 'mention';
  return mention;
}

/** A link that says another address than its own shows its own. */
function drawLink(href: string, children: readonly Inline[], names: Names): (Node | string)[] {
  const link = document.createElement('a');
  link.href = href;
  link.rel = 'noopener noreferrer nofollow';
  link.target = '_blank';
  link.title = href;
  const verdict = judgeLink(wordsOf(children), href);
  link.append(...(verdict === 'instead' ? [href] : drawInline(children, names)));
  return verdict === 'beside' ? [link, ' ', element('bdi', [`(${placeOf(href)})`])] : [link];
}

/** Lines as they are, with a button that copies them. */
function drawCode(language: string, text: string): HTMLElement {
  const copy = element('button', [t('Copy')]);
  copy.setAttribute('type', 'button');
  copy.addEventListener('click', () => void copyText(text, copy));
  const label = element('span', [language]);
  const code = element('pre', [element('code', [text])]);
  // Wider than the message: arrow keys move it.
  code.tabIndex = 0;
  const box = element('div', [element('div', [label, copy]), code]);
  box.className = 'code';
  return box;
}

async function copyText(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t('Copied');
  } catch {
    button.textContent = t('Not copied');
  }
  button.addEventListener('blur', () => button.replaceChildren(t('Copy')), { once: true });
}

function element(name: string, children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  for (const child of children) made.append(child);
  return made;
}
