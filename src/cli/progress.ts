/** One line on a terminal that says how far the bytes of a file are. */
import { bytesWritten } from '../contract/words.ts';
import type { Io } from './io.ts';
import { plain } from './output.ts';

/** Milliseconds between two drawings. */
const EVERY_MS = 200;
/** The rate is that of the last so many milliseconds: lines become slower and faster. */
const WINDOW_MS = 5000;

/** `640 kB`, `1.5 GB`: as pages write it. */
export const sizeOf = bytesWritten;

/** `5 s`, `3 min`, `2 h`. */
export function spanOf(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}

/** Draws itself on standard error when that is a terminal, and never with --json. */
export class ProgressLine {
  private readonly width: number | null;
  private readonly seen: { readonly at: number; readonly done: number }[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;
  private isDrawn = false;

  constructor(
    private readonly io: Pick<Io, 'warn' | 'terminalWidth'>,
    json: boolean,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.width = json ? null : io.terminalWidth;
  }

  /** @param done bytes, of `total` */
  show(name: string, done: number, total: number): void {
    if (this.width === null) return;
    const at = this.now();
    const last = this.seen.at(-1);
    // Another file, or one that began again.
    if (last !== undefined && done < last.done) this.seen.length = 0;
    this.seen.push({ at, done });
    while (this.seen.length > 2 && (this.seen[1]?.at ?? at) <= at - WINDOW_MS) this.seen.shift();
    if (at - this.drawnAt < EVERY_MS && done < total) return;
    this.drawnAt = at;
    this.isDrawn = true;
    void this.io.warn(`\r${this.line(name, done, total).padEnd(this.width - 1)}`);
  }

  /** Takes the line away, for what is said next. */
  clear(): void {
    if (this.isDrawn && this.width !== null) void this.io.warn(`\r${' '.repeat(this.width - 1)}\r`);
    this.isDrawn = false;
  }

  private line(name: string, done: number, total: number): string {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const rate = this.rate();
    const left = rate > 0 && done < total ? `  ${spanOf((total - done) / rate)} left` : '';
    const figures = `  ${percent}%  ${sizeOf(done)} of ${sizeOf(total)}${rate > 0 ? `  ${sizeOf(rate)}/s` : ''}${left}`;
    const room = Math.max(0, (this.width ?? 0) - 1 - figures.length);
    return fitted(plain(name).replaceAll('\n', ' '), room) + figures;
  }

  /** Bytes a second. */
  private rate(): number {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }
}

/** Cut to so many columns. */
function fitted(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  let short = '';
  for (const character of text) {
    if (Bun.stringWidth(`${short}${character}…`) > columns) break;
    short += character;
  }
  return columns > 0 ? `${short}…` : '';
}
