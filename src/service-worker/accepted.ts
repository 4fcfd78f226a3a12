/** What this browser has accepted to run, kept between visits in a room of Cache Storage; kept.ts has the files themselves. */
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../contract/paths.ts';
import { BESIDE_HEADER, type ServedFile, type ServedManifest } from '../contract/served.ts';

const ROOM = 'sotto-accepted';
/** Keys of the room; never asked of the network. */
const ACCEPTED = '/accepted';
const DOUBT = '/doubt';
const LANGUAGE = '/language';

export interface Accepted {
  readonly current: ServedManifest;
  /** What was accepted before: tabs that still run it may load the rest of it. */
  readonly previous: ServedManifest | null;
  /** Those tabs, by their ids: no page that begins now runs what was accepted before. */
  readonly tabs: readonly string[];
}

/** Why the page that is asked for is not shown. */
export interface Doubt {
  /** The question that was put, or empty before it was; an answer to another one does not count. */
  readonly token: string;
  /** What the server says it serves now, or null when it says nothing that can be read. */
  readonly offered: ServedManifest | null;
  /** Files whose bytes were not the accepted ones, with their SHA-384, or null for a path that was never accepted. */
  readonly refused: Readonly<Record<string, string | null>>;
}

export const readAccepted = () => read(ACCEPTED, asAccepted);

/**
 * What is accepted from now on.
 *
 * @param tabs ids of the pages that are open
 * @param before what those run; missing: what was accepted until now
 */
export async function writeAccepted(
  current: ServedManifest,
  tabs: readonly string[],
  before?: ServedManifest,
): Promise<void> {
  const previous = before ?? (await readAccepted())?.current ?? null;
  await write(ACCEPTED, { current, previous, tabs } satisfies Accepted);
}

export const readDoubt = () => read(DOUBT, asDoubt);
export const writeDoubt = (doubt: Doubt) => write(DOUBT, doubt);
export const clearDoubt = async () => void (await (await caches.open(ROOM)).delete(DOUBT));

/** The language of the last page, such as `de`: the page that needs no server speaks it too. */
export const readLanguage = async () =>
  (await read(LANGUAGE, (value) => (matches(value, /^[a-z]{2}$/) ? value : null))) ?? 'en';
/** Writes it when it is another one. */
export async function writeLanguage(language: string): Promise<void> {
  if (/^[a-z]{2}$/.test(language) && language !== (await readLanguage())) await write(LANGUAGE, language);
}

/** While nodes of two releases serve, each request may come to another one: asked so often until the right one answers. */
export const TRIES = 16;

/** What a node says that it serves. */
export interface Offer {
  readonly manifest: ServedManifest;
  /** Releases of other nodes at work. */
  readonly beside: readonly string[];
}

/** From the network; null when that cannot be read. */
export async function fetchOffer(): Promise<Offer | null> {
  try {
    const answer = await fetch(MANIFEST_PATH, { cache: 'no-store', redirect: 'error' });
    const manifest = answer.ok ? asManifest(await answer.json()) : null;
    const beside = answer.headers.get(BESIDE_HEADER)?.split(',') ?? [];
    return manifest && { manifest, beside };
  } catch {
    return null;
  }
}

/** What the server says it serves: the list that is right where nodes have several, or else any of them; null when none can be read. */
export async function fetchManifest(
  isRight: (list: ServedManifest) => boolean,
): Promise<ServedManifest | null> {
  let manifest: ServedManifest | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const offer = await fetchOffer();
    if (!offer) break;
    ({ manifest } = offer);
    if (offer.beside.length === 0 || isRight(manifest)) break;
  }
  return manifest;
}

/** The service worker as the server gives it now: a node that leaves that to those of another release says 503. */
export async function fetchWorker(): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(SERVICE_WORKER_PATH, { cache: 'no-store', redirect: 'error' });
    if (answer.status !== 503 || tries === TRIES) return answer;
  }
}

export const fileAt = (manifest: ServedManifest | null, path: string): ServedFile | null =>
  manifest?.files.find((file) => file.path === path) ?? null;

/** SHA-384 as integrity attributes write it. */
export async function sha384(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
  return `sha384-${btoa(String.fromCharCode(...digest))}`;
}

async function read<T>(key: string, as: (value: unknown) => T | null): Promise<T | null> {
  const kept = await (await caches.open(ROOM)).match(key);
  return kept ? as(await kept.json()) : null;
}

async function write(key: string, value: unknown): Promise<void> {
  await (await caches.open(ROOM)).put(key, new Response(JSON.stringify(value)));
}

const RELEASE = /^[\w.+-]{1,40}$/;
const PATH = /^\/[\w./-]{1,120}$/;
const SHA384 = /^sha384-[A-Za-z0-9+/]{64}$/;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);

/** Only what is needed, and only in its form: it is drawn and compared. */
function asManifest(value: unknown): ServedManifest | null {
  if (!isRecord(value) || !matches(value.release, RELEASE) || !Array.isArray(value.files)) return null;
  const files: ServedFile[] = [];
  for (const file of value.files as unknown[]) {
    if (!isRecord(file) || !matches(file.path, PATH) || !matches(file.sha384, SHA384)) return null;
    const { path, sha384, kind, type, bytes } = file;
    if (typeof type !== 'string' || typeof bytes !== 'number' || !isKind(kind)) return null;
    files.push({ path, sha384, kind, type, bytes });
  }
  return { release: value.release, files };
}

function asAccepted(value: unknown): Accepted | null {
  const current = isRecord(value) ? asManifest(value.current) : null;
  if (!isRecord(value) || !current) return null;
  const tabs = Array.isArray(value.tabs) ? value.tabs.map(String) : [];
  return { current, previous: asManifest(value.previous), tabs };
}

const KINDS = ['script', 'worker', 'style', 'icon', 'page', 'service-worker'] as const;
const isKind = (value: unknown): value is (typeof KINDS)[number] => KINDS.some((kind) => kind === value);

function asDoubt(value: unknown): Doubt | null {
  if (!isRecord(value) || typeof value.token !== 'string' || !isRecord(value.refused)) return null;
  const refused: Record<string, string | null> = {};
  for (const [path, hash] of Object.entries(value.refused))
    if (hash === null || matches(hash, SHA384)) refused[path] = hash;
  return { token: value.token, offered: asManifest(value.offered), refused };
}
