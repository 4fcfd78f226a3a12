/** A text that comes in pieces, as lines with their numbers. */
import { MAX_EXPORT_LINE } from '../../contract/export.ts';
import { t } from '../../contract/words.ts';
import { ImportProblem } from './import-problem.ts';
import type { Pieces } from './types.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the end of the line; a carriage return before that is part of it. */
  readonly text: string;
}

const BYTE_ORDER_MARK = '\ufeff';

/** @throws ImportProblem for a line longer than any record, as soon as it is too long */
export async function* readLines(pieces: Pieces): AsyncGenerator<Line> {
  let number = 1;
  let parts: string[] = [];
  let length = 0;
  const take = (part: string) => {
    length += part.length;
    if (length > MAX_EXPORT_LINE)
      throw new ImportProblem(t('Line {line}: it is longer than any message of Sotto.', { line: number }));
    parts.push(part);
  };
  const finish = (): Line => {
    const text = parts.join('');
    parts = [];
    length = 0;
    return { number: number++, text };
  };
  let isFirst = true;
  for await (const piece of pieces) {
    if (piece === '') continue;
    const rest = isFirst && piece.startsWith(BYTE_ORDER_MARK) ? piece.slice(1) : piece;
    isFirst = false;
    let at = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', at)) {
      take(rest.slice(at, end));
      yield finish();
      at = end + 1;
    }
    take(rest.slice(at));
  }
  if (length > 0) yield finish();
}
