/** What commands print: one JSON object a line for programs, aligned text for people. */
import type { Io } from './io.ts';

/** Names of the objects that --json prints. */
export type EventName =
  | 'joined'
  | 'sent'
  | 'queued'
  | 'message'
  | 'edited'
  | 'deleted'
  | 'reaction'
  | 'pinned'
  | 'details'
  | 'conversation'
  | 'share'
  | 'request'
  | 'received'
  | 'ended'
  | 'member'
  | 'open-group'
  | 'left'
  | 'device'
  | 'code'
  | 'approved'
  | 'renamed'
  | 'safety'
  | 'revoked'
  | 'status'
  | 'words'
  | 'transferred'
  | 'backup'
  | 'exported'
  | 'imported'
  | 'log'
  | 'logged'
  | 'evidence'
  | 'found'
  | 'file'
  | 'upload'
  | 'usage'
  | 'forgotten'
  | 'downloaded'
  | 'signed-out';

export class Output {
  constructor(
    private readonly io: Io,
    readonly json: boolean,
  ) {}

  /** Prints one object, or `text` for a person; an empty text prints nothing. */
  async event(event: EventName, fields: object, text: string): Promise<void> {
    if (this.json) await this.io.print(`${escapeControls(JSON.stringify({ event, ...fields }))}\n`);
    else if (text !== '') await this.io.print(`${text}\n`);
  }

  /** Something for a person only, such as that there is nothing. */
  async remark(sentence: string): Promise<void> {
    if (!this.json) await this.io.print(`${sentence}\n`);
  }

  /** Something that the person should know, beside what was asked for. */
  note(sentence: string): Promise<void> {
    return this.io.warn(`${plain(sentence)}\n`);
  }
}

/** Local time, `2026-11-21 08:05`. */
export function timeOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** One line for each row, with the columns aligned. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths: number[] = [];
  for (const row of cells)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, Bun.stringWidth(cell));
  const padded = (cell: string, index: number) =>
    cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - Bun.stringWidth(cell)));
  return cells.map((row) => row.map(padded).join('  ').trimEnd());
}

/**
 * Text of other people without what a terminal obeys: control characters but line ends and tabs, and the marks that turn
 * the direction of writing around.
 */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROLS, '\ufffd');
}

/** JSON escapes C0 itself; C1 (0x9B begins a terminal sequence) and the turning marks it leaves as they are. */
function escapeControls(json: string): string {
  return json.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
