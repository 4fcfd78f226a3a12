/** Records of JSON Lines. */
import { t } from '../../contract/words.ts';
import { isExtra } from './extras.ts';
import type { Line } from './import-lines.ts';
import { ImportProblem } from './import-problem.ts';

/** One record as it stands in a file: nothing in it is checked. */
export interface RawRecord {
  /** Where it begins. */
  readonly line: number;
  /** A Map, so that no name of a field means anything. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** @throws ImportProblem */
export async function* readJson(lines: AsyncIterable<Line>): AsyncGenerator<RawRecord> {
  for await (const { number, text } of lines) {
    if (text.trim() === '') continue;
    yield { line: number, fields: new Map(Object.entries(parse(number, text))) };
  }
}

function parse(line: number, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A line that is nested without end exhausts the parser, which throws as well.
    throw new ImportProblem(t('Line {line}: it is not JSON. Was the file changed or cut off?', { line }));
  }
  if (!isExtra(value)) throw new ImportProblem(t('Line {line}: a record begins with “{”.', { line }));
  return value;
}
