/**
 * Records of Markdown: front matter between lines of three dashes, and the text below it. Of a block quote the quoted text counts;
 * where there is none, as in files that other programs have made, everything up to the next front matter but headings.
 */
import { MAX_EXPORT_LINE } from '../../contract/export.ts';
import { t } from '../../contract/words.ts';
import type { RawRecord } from './import-json.ts';
import type { Line } from './import-lines.ts';
import { ImportProblem, shown } from './import-problem.ts';
import { unquoteText } from './markdown-quote.ts';

const MARK = '---';

/** @throws ImportProblem */
export async function* readMarkdown(lines: AsyncIterable<Line>): AsyncGenerator<RawRecord> {
  let block: Block | null = null;
  for await (const { number, text } of lines) {
    const isMark = text.trimEnd() === MARK;
    if (block === null) {
      if (isMark) block = new Block(number, text.endsWith('\r'));
      else if (text.trim() !== '')
        throw new ImportProblem(t('Line {line}: here “---” should begin a message.', { line: number }));
    } else if (isMark && block.isOpen) block.isOpen = false;
    else if (isMark) {
      yield block.finish();
      block = new Block(number, text.endsWith('\r'));
    } else block.take(number, text);
  }
  if (block === null) return;
  if (block.isOpen)
    throw new ImportProblem(
      t('Line {line}: its “---” has no end. Was the file cut off?', { line: block.line }),
    );
  yield block.finish();
}

/** Front matter and what stands below it. */
class Block {
  /** In the front matter. */
  isOpen = true;
  readonly #fields = new Map<string, unknown>();
  readonly #below: string[] = [];
  #list: unknown[] | null = null;
  #length = 0;

  /** @param hasReturns some editor has ended all lines with a carriage return */
  constructor(
    readonly line: number,
    private readonly hasReturns: boolean,
  ) {}

  take(line: number, text: string): void {
    this.#length += text.length;
    if (this.#length > MAX_EXPORT_LINE)
      throw new ImportProblem(t('Line {line}: it is longer than any message of Sotto.', { line }));
    if (this.isOpen) this.#takeField(line, text.trimEnd());
    else this.#below.push(this.hasReturns && text.endsWith('\r') ? text.slice(0, -1) : text);
  }

  #takeField(line: number, text: string): void {
    const item = /^\s*- +(.*)$/.exec(text)?.[1];
    if (item !== undefined && this.#list !== null) {
      this.#list.push(plainValue(item));
      return;
    }
    if (text === '' || text.startsWith('#')) return;
    const [, quoted, plain, value = ''] =
      /^(?:("(?:[^"\\]|\\.)*")|([^\s:"#-][^:]*)):(?: +(.*))?$/.exec(text) ?? [];
    const name = quoted === undefined ? plain : plainValue(quoted);
    if (typeof name !== 'string')
      throw new ImportProblem(t('Line {line}: in front matter each line is “name: value”.', { line }));
    if (this.#fields.has(name))
      throw new ImportProblem(
        t('Line {line}: the field “{field}” is there twice.', { line, field: shown(name) }),
      );
    this.#list = value === '' ? [] : null;
    this.#fields.set(name, this.#list ?? plainValue(value));
  }

  finish(): RawRecord {
    const fields = new Map(this.#fields);
    const type = fields.get('type') ?? 'message';
    if (type === 'message') fields.set('text', this.#text());
    return { line: this.line, fields };
  }

  #text(): string {
    const first = this.#below.findIndex((line) => line.startsWith('>'));
    if (first < 0)
      return this.#below
        .filter((line) => !/^#{1,6} /.test(line))
        .join('\n')
        .trim();
    const end = this.#below.findIndex((line, index) => index > first && !line.startsWith('>'));
    return unquoteText(this.#below.slice(first, end < 0 ? undefined : end));
  }
}

/** JSON, or a plain word of YAML. Digits that no number holds exactly are a word. */
function plainValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' && String(value) !== text ? text : value;
  } catch {
    return text.replace(/^'(.*)'$/, '$1');
  }
}
