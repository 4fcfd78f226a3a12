/** How many pages a PDF has, without reading its pages: what its page tree says. Nothing of it is drawn. */
import type { FileSource } from './ports.ts';

/** Undoes `deflate` with zlib's header; at most `limit` bytes of it. Rejects for anything else. */
export type Inflate = (bytes: Uint8Array, limit: number) => Promise<Uint8Array>;

/** Bytes of a PDF that are searched, at most: its tree may stand anywhere. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Compressed objects are opened so many times, for so many bytes. */
const MAX_STREAMS = 200;
const MAX_INFLATED_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 999_999;
/** Characters of an object in which a page tree's node says what it is: its list of pages may be long. */
const MAX_NODE = 200_000;

const TREE = /\/Type\s*\/Pages(?![A-Za-z])/;
const COUNT = /\/Count\s+(\d{1,6})(?!\d)/;

/** Null where it does not say, as when it is encrypted. @throws Error of `source` when that cannot be read */
export async function countPages(source: FileSource, inflate: Inflate): Promise<number | null> {
  if (source.size > MAX_BYTES) return null;
  const bytes = await source.read(0, source.size);
  const words = latin1.decode(bytes);
  // Made for the web: it says so at its beginning.
  const linear = /\/Linearized\s[^>]{0,300}?\/N\s+(\d{1,6})(?!\d)/.exec(words.slice(0, 1024));
  const { nodes, packed } = linear ? { nodes: [Number(linear[1])], packed: [] } : readObjects(words);
  const counts = [...nodes];
  if (counts.length === 0) counts.push(...(await readPacked(bytes, packed, inflate)));
  // The root of the tree counts every page, its branches some of them.
  const pages = counts.reduce((most, count) => Math.max(most, count), 0);
  return pages > 0 && pages <= MAX_PAGES ? pages : null;
}

const latin1 = new TextDecoder('latin1');

interface Range {
  readonly from: number;
  readonly to: number;
}
/** What bounds an object, and what it says of itself. */
const MARKS = /endstream|stream\r?\n|endobj|\sobj\b|\/Pages(?![A-Za-z])|\/ObjStm/g;

/** Counts of page trees in plain objects, and where compressed ones lie; in one pass, since every file may be hostile. */
function readObjects(words: string): {
  readonly nodes: readonly number[];
  readonly packed: readonly Range[];
} {
  const nodes: number[] = [];
  const packed: Range[] = [];
  let [from, isTree, isPacked, stream] = [0, false, false, -1];
  for (const { 0: mark, index } of words.matchAll(MARKS)) {
    if (mark.endsWith('obj') && mark !== 'endobj')
      [from, isTree, isPacked, stream] = [index, false, false, -1];
    else if (mark === '/Pages') isTree = true;
    else if (mark === '/ObjStm') isPacked = true;
    else if (mark === 'endstream') {
      if (isPacked && stream >= 0 && packed.length < MAX_STREAMS) packed.push({ from: stream, to: index });
      isPacked = false;
    } else if (mark === 'endobj') {
      if (isTree && index - from <= MAX_NODE) nodes.push(...countIn(words.slice(from, index)));
      isTree = false;
    } else if (stream < 0) stream = index + mark.length;
  }
  return { nodes, packed };
}

function countIn(object: string): readonly number[] {
  const count = TREE.test(object) ? COUNT.exec(object) : null;
  return count ? [Number(count[1])] : [];
}

/** The same counts of objects that are compressed together. */
async function readPacked(bytes: Uint8Array, packed: readonly Range[], inflate: Inflate): Promise<number[]> {
  const counts: number[] = [];
  let left = MAX_INFLATED_BYTES;
  for (const { from, to } of packed) {
    if (left <= 0) break;
    const stream = bytes.subarray(from, to);
    // An end of line stands behind most streams, and is none of theirs; a stream may also end like one.
    const line = /(?:\r\n|\r|\n)?$/.exec(latin1.decode(stream.subarray(-2)))?.[0].length ?? 0;
    const inflated = await inflate(stream.subarray(0, stream.length - line), left)
      .catch(() => inflate(stream, left))
      .catch(() => new Uint8Array());
    left -= inflated.length;
    counts.push(...objectsOf(latin1.decode(inflated)).flatMap(countIn));
  }
  return counts;
}

/** Objects of a stream, by the table of numbers and places at its beginning. */
function objectsOf(stream: string): readonly string[] {
  const table = /^[\d\s]+/.exec(stream)?.[0] ?? '';
  const numbers = table.trim().split(/\s+/).map(Number);
  const places = numbers.filter((_, n) => n % 2 === 1);
  const objects = stream.slice(table.length);
  return places.map((from, n) => objects.slice(from, places[n + 1] ?? objects.length));
}
