/** Many files in one: a line of JSON with names and lengths, then their bytes. The same files give the same bytes. */

type Bytes = Uint8Array<ArrayBuffer>;

const NEWLINE = 10;

export function pack(files: ReadonlyMap<string, Bytes>): Bytes {
  const index = JSON.stringify([...files].map(([name, { length }]) => [name, length]));
  return new Uint8Array(Buffer.concat([Buffer.from(`${index}\n`), ...files.values()]));
}

/** The files by name, as views of the pack. Throws when this is no pack. */
export function unpack(packed: Bytes): Map<string, Bytes> {
  let at = packed.indexOf(NEWLINE) + 1;
  const index: unknown = JSON.parse(new TextDecoder().decode(packed.subarray(0, at)));
  const files = new Map<string, Bytes>();
  for (const [name, length] of index as readonly (readonly [string, number])[]) {
    files.set(name, packed.subarray(at, at + length));
    at += length;
  }
  if (at !== packed.length) throw new Error('the files that browsers load are damaged: build them again');
  return files;
}
