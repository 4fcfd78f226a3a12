/** What browsers load of the next release: nearly every file is another one, and has another name. */
import { type Assets, createAssets } from '../../src/assets.ts';
import { nameByContents } from '../../src/served-names.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const encode = (text: string): Bytes => new TextEncoder().encode(text);

/** @param workerToo the service worker is another one as well */
export function nextAssets(from: Assets, release: string, workerToo: boolean): Assets {
  const kinds = new Map(from.manifest.files.map(({ path, kind }) => [path, kind]));
  const of = (kind: string) =>
    [...from.all]
      .filter(([, { url }]) => kinds.get(url) === kind)
      .map(([name, { bytes }]) => ({ name, bytes }));
  const textOf = (bytes: Bytes) => new TextDecoder().decode(bytes);
  const commented = (kind: string) =>
    of(kind).map(({ name, bytes }) => [name, encode(`${textOf(bytes)}\n/* ${release} */\n`)] as const);

  const workers = createAssets(new Map(commented('worker')));
  const scripts = new Map<string, string>();
  for (const { name, bytes } of of('script')) {
    let text = textOf(bytes).replaceAll(`"${from.manifest.release}"`, `"${release}"`);
    for (const [worker, { url }] of workers.all) text = text.replaceAll(from.url(worker), url);
    scripts.set(name, `${text}\n/* ${release} */\n`);
  }
  const files = new Map<string, Bytes>([
    ...nameByContents(scripts),
    ...commented('worker'),
    ...commented('style'),
    ...(workerToo
      ? commented('service-worker')
      : of('service-worker').map(({ name, bytes }) => [name, bytes] as const)),
    ...of('icon').map(({ name, bytes }) => [name, bytes] as const),
  ]);
  const named = createAssets(files);
  for (const { name, bytes } of of('page')) {
    let text = textOf(bytes);
    for (const [file, { url, integrity }] of named.all)
      text = text.replaceAll(from.url(file), url).replaceAll(from.integrity(file), integrity);
    files.set(name, encode(text));
  }
  return createAssets(files, release);
}
