/** How messages are read: marks become what people mean by them, everything else stays as it was typed. */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { readText } from './blocks.ts';
import { judgeLink, readAddress, trimAddress } from './links.ts';
import { type Block, type Inline, MAX_ELEMENTS, MAX_NESTING, newBudget } from './tree.ts';

const PEOPLE = new Set(['ada', 'everyone', 'li.wen']);
const read = (text: string) => readText(text, (name) => PEOPLE.has(name));

/** The tree in short: `*(…)`, `_(…)`, `~(…)`, `code`, `<words|address>`, `@name`; blocks on lines of their own. */
function short(nodes: readonly Inline[]): string {
  const signs = { strong: '*', emphasis: '_', strike: '~' } as const;
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'code') return `\`${node.text}\``;
      if (node.kind === 'mention') return `@(${node.name})`;
      if (node.kind === 'link') return `<${short(node.children)}|${node.href}>`;
      return `${signs[node.kind]}(${short(node.children)})`;
    })
    .join('');
}
function shape(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    if (block.kind === 'paragraph') return [`p ${short(block.children)}`];
    if (block.kind === 'heading') return [`h ${short(block.children)}`];
    if (block.kind === 'code') return [`code ${block.language} ${block.text}`];
    if (block.kind === 'quote') return shape(block.children).map((line) => `> ${line}`);
    return block.items.flatMap((item) => shape(item.blocks).map((line) => `${item.number ?? '-'} ${line}`));
  });
}
const shapeOf = (text: string) => shape(read(text));

test.each([
  ['**bold** and *italics*, _too_, ~~gone~~', 'p *(bold) and _(italics), _(too), ~(gone)'],
  ['***both***', 'p *(_(both))'],
  ['**outer *inner* outer**', 'p *(outer _(inner) outer)'],
  ['2*3*4 and snake_case_name and a * b * c', 'p 2*3*4 and snake_case_name and a * b * c'],
  ['这是**重要**的', 'p 这是*(重要)的'],
  ['not closed **here', 'p not closed **here'],
  ['**a [b** c](https://x.example)', 'p *(a [b) c](<https://x.example|https://x.example/>)'],
  ['`a **b** @ada` ``c ` d``', 'p `a **b** @ada` `c ` d`'],
  ['one ` alone', 'p one ` alone'],
  ['\\*not\\* \\`this\\` C:\\temp', 'p *not* `this` C:\\temp'],
  ['****** stays', 'p ****** stays'],
  ['first\nsecond\n\n  third', 'p first\nsecond|p   third'],
  ['# Title\ntext', 'h Title|p text'],
  ['#channel', 'p #channel'],
  ['```ts\nconst a = `b`;\n\n**x**\n```\nafter', 'code ts const a = `b`;\n\n**x**|p after'],
  ['~~~\nopen', 'code  open'],
  ['> said\n> *so*\nanswer', '> p said\n_(so)|p answer'],
  ['> > deep', '> > p deep'],
  ['- one\n- two\n  - inner\n- three', '- p one|- p two|- - p inner|- p three'],
  ['3. three\n7. seven', '3 p three|7 p seven'],
  ['1986. A good year', 'p 1986. A good year'],
  ['before\n- item', 'p before|- p item'],
  [
    'hello @Ada, @ola and mail@ada.example, @everyone!',
    'p hello @(Ada), @ola and mail@ada.example, @(everyone)!',
  ],
  ['@li.wen.', 'p @(li.wen).'],
  [
    'see https://a.example/x_(y)_z, (http://b.example).',
    'p see <https://a.example/x_(y)_z|https://a.example/x_(y)_z>, (<http://b.example|http://b.example/>).',
  ],
  ['[the diff](https://lab.example/d)', 'p <the diff|https://lab.example/d>'],
  ['[mail](mailto:ada@lab.example)', 'p <mail|mailto:ada@lab.example>'],
  [
    '[x](javascript:alert(1)) [y](data:text/html,z) [z](//other.example) [w](/own)',
    'p [x](javascript:alert(1)) [y](data:text/html,z) [z](//other.example) [w](/own)',
  ],
  ['![picture](https://a.example/p.png)', 'p !<picture|https://a.example/p.png>'],
  ['<img src=x onerror=ran=1>', 'p <img src=x onerror=ran=1>'],
] as const)('%j', (text, expected) => {
  expect(shapeOf(text).join('|')).toBe(expected);
});

test('a link that says another address than its own shows its own [R34]', () => {
  expect(readAddress('ftp://a.example')).toBeNull();
  expect(judgeLink('the diff', 'https://evil.example/')).toBe('plain');
  expect(judgeLink('bank.example', 'https://bank.example/')).toBe('plain');
  expect(judgeLink('https://bank.example', 'https://evil.example/')).toBe('instead');
  expect(judgeLink('bank.example', 'https://evil.example/')).toBe('instead');
  expect(judgeLink('bank\u200b.\u2060example', 'https://evil.example/')).toBe('instead');
  expect(judgeLink('bank。example', 'https://evil.example/')).toBe('instead');
  expect(judgeLink('ada@bank.example', 'mailto:eve@evil.example')).toBe('instead');
  expect(judgeLink('ada@bank.example', 'mailto:ada@bank.example')).toBe('plain');
  expect(judgeLink('go to bank.example now', 'https://evil.example/')).toBe('beside');
  // Turned around it reads "https://www.bank/…".
  const turned = 'https://evil.example/knab.www//:sptth';
  expect(judgeLink(`\u202e${turned}`, turned)).toBe('instead');
});

test('a link of very many words is its address, at once', () => {
  const start = performance.now();
  for (const words of ['a'.repeat(60_000), `a${'\u0323\u0301'.repeat(16_000)}`])
    expect(judgeLink(words, 'https://a.example/')).toBe('instead');
  expect(performance.now() - start).toBeLessThan(500);
});

test('an address ends before the punctuation of its sentence', () => {
  expect(trimAddress('https://a.example/b).')).toBe('https://a.example/b');
  expect(trimAddress('https://a.example/b_(c)')).toBe('https://a.example/b_(c)');
  expect(trimAddress('https://a.example/?q=1!')).toBe('https://a.example/?q=1');
});

/** Elements that drawing makes of it. */
const countOf = (nodes: readonly (Block | Inline)[]): number =>
  nodes.reduce((sum, node) => {
    if (node.kind === 'text') return sum;
    if (node.kind === 'list')
      return sum + 1 + node.items.reduce((all, item) => all + 1 + countOf(item.blocks), 0);
    return sum + 1 + ('children' in node ? countOf(node.children) : 0);
  }, 0);

const SIZE = 63 * 1024;
const filled = (piece: string) => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE);

test.each([
  '[',
  ']',
  '](',
  '[a](',
  '[](',
  '[](http://a b',
  '*',
  '**',
  '*a ',
  '*a',
  '**a** ',
  '_a*b',
  '~~',
  '`',
  '`` ',
  '` `` ``` ',
  '>',
  '> ',
  '- ',
  '1. ',
  '  - a\n',
  '- a\n  ',
  '>\n',
  '# ',
  '```\n',
  'https://a.example/',
  'http://)',
  '@ada',
  '@a',
  '\\',
  '**[_~~`',
  '[a](https://a.example) ',
  '> - 1. ',
])('the work for 63 KiB of %j grows with its length alone', (piece) => {
  const budget = newBudget();
  const blocks = readText(filled(piece), (name) => PEOPLE.has(name), budget);
  expect(budget.steps).toBeLessThan(24 * SIZE);
  // Each level of nesting may finish what it has begun.
  expect(countOf(blocks)).toBeLessThan(MAX_ELEMENTS + 4 * MAX_NESTING);
});

test('no letter or digit of a text is lost or made up, whatever the marks around it', () => {
  const pieces = fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '`',
    '[',
    '](',
    ')',
    '> ',
    '- ',
    '\n',
    '\n\n',
    'ab',
    '1',
    ' ',
    '```',
    '# ',
    '@ada',
    'https://x.example/q',
    '\\',
  );
  const lettersOf = (text: string) => text.replace(/[^a-z0-9]/gi, '');
  const letters = (blocks: readonly Block[]): string =>
    blocks
      .map((block) => {
        if (block.kind === 'code') return block.language + block.text;
        if (block.kind === 'list')
          return block.items.map(({ number, blocks: inner }) => (number ?? '') + letters(inner)).join('');
        return block.kind === 'quote' ? letters(block.children) : words(block.children);
      })
      .join('');
  const words = (nodes: readonly Inline[]): string =>
    nodes
      .map((node) => {
        if (node.kind === 'text' || node.kind === 'code') return node.text;
        return node.kind === 'mention' ? node.name : words(node.children);
      })
      .join('');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      const known = lettersOf(letters(read(text)));
      // An address in brackets is a mark itself.
      if (!text.includes('](')) expect(known).toBe(lettersOf(text));
    }),
    { numRuns: 2000 },
  );
});
