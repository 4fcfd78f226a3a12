/** A file put together from parts of another one and bytes of its own, without holding it in memory. */
import type { FileSource } from './ports.ts';

export type Piece =
  /** Bytes `from` to `to` (exclusive) of the file that it is made of. */
  | { readonly from: number; readonly to: number }
  | { readonly zeros: number }
  | { readonly bytes: Uint8Array };

/** A stretch of a file that something else stands in for. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: Extract<Piece, { readonly bytes: Uint8Array } | { readonly zeros: number }>;
}

export const pieceLength = (piece: Piece): number =>
  'bytes' in piece ? piece.bytes.length : 'zeros' in piece ? piece.zeros : piece.to - piece.from;

/** The pieces of a file of `size` bytes after these edits, or null when two of them overlap or one lies outside. */
export function editedPieces(size: number, edits: readonly Edit[]): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to, by } of [...edits].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at || to < from || to > size) return null;
    if (from > at) pieces.push({ from: at, to: from });
    if (pieceLength(by) > 0) pieces.push(by);
    at = to;
  }
  if (at < size) pieces.push({ from: at, to: size });
  return pieces;
}

/** The file that these pieces of `source` make. */
export function assembled(source: FileSource, pieces: readonly Piece[]): FileSource {
  const size = pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
  return {
    size,
    async read(from, to) {
      const end = Math.min(to, size);
      const read = new Uint8Array(Math.max(0, end - from));
      let start = 0;
      for (const piece of pieces) {
        const [first, last] = [Math.max(from, start), Math.min(end, start + pieceLength(piece))];
        if (first < last) {
          const within = { from: first - start, to: last - start };
          if ('bytes' in piece) read.set(piece.bytes.subarray(within.from, within.to), first - from);
          else if ('from' in piece)
            read.set(await source.read(piece.from + within.from, piece.from + within.to), first - from);
        }
        start += pieceLength(piece);
      }
      return read;
    },
  };
}
