/** A text without its marks, for one line: in the list, in a quotation, in what is read out. */
import { readText } from './blocks.ts';
import { wordsOf } from './links.ts';
import type { Block } from './tree.ts';

/** Of a long text no more than this is read, in UTF-16 units. */
const READ = 1000;

/** The lines that say something. */
export function plainLines(text: string): readonly string[] {
  // Names stay as they were typed: nobody has to be asked whether they are somebody's.
  return readText(text.slice(0, READ), () => false)
    .flatMap(linesOf)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function linesOf(block: Block): readonly string[] {
  if (block.kind === 'code') return block.text.split('\n');
  if (block.kind === 'quote') return block.children.flatMap(linesOf);
  if (block.kind === 'list') return block.items.flatMap((item) => item.blocks.flatMap(linesOf));
  return wordsOf(block.children).split('\n');
}
