/** What tests of files need. */
import type { Pieces } from '../archive/types.ts';

export async function readAll(pieces: Pieces): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.join('');
}
