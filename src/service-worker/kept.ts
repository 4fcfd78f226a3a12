/**
 * The accepted files themselves, in Cache Storage, so that Sotto opens while its server is away. Each is kept under its
 * address and compared with the accepted hash again before it is given out. Nothing of a person is among them.
 */
import { KEPT_ONCE_USED, type ServedFile, type ServedManifest } from '../contract/served.ts';
import { filesPolicy, securityHeaders } from '../http/headers.ts';
import { type Accepted, sha384 } from './accepted.ts';

const ROOM = 'sotto-files';

/** The bytes of an accepted file, or null when they are not here or are not those. */
export async function keptFile({ path, sha384: hash }: ServedFile): Promise<ArrayBuffer | null> {
  const kept = await (await caches.open(ROOM)).match(path);
  const bytes = await kept?.arrayBuffer();
  return bytes && (await sha384(bytes)) === hash ? bytes : null;
}

/** Keeps bytes that have been compared. A full disk is no reason for a page to fail. */
export async function keepFile({ path }: ServedFile, bytes: ArrayBuffer): Promise<void> {
  await (await caches.open(ROOM)).put(path, new Response(bytes)).catch(() => {});
}

/** Fetches what of the accepted files is not here yet, and forgets what is accepted no longer. */
export async function keepAll({ current, previous }: Accepted): Promise<void> {
  const room = await caches.open(ROOM);
  const known = new Set([...current.files, ...(previous?.files ?? [])].map(({ path }) => path));
  for (const { url } of await room.keys()) if (!known.has(new URL(url).pathname)) await room.delete(url);
  for (const file of current.files) {
    // The browser keeps the service worker itself.
    if (file.kind === 'service-worker' || isKeptOnceUsed(file) || (await room.match(file.path))) continue;
    const bytes = await fetchBytes(file.path);
    if (bytes === null) return;
    if ((await sha384(bytes)) === file.sha384) await keepFile(file, bytes);
  }
}

const isKeptOnceUsed = ({ path }: ServedFile): boolean =>
  KEPT_ONCE_USED.some((name) => path.startsWith(`/assets/${name}.`));

/** An accepted file as an answer under our own policy. @param files an origin with which it may speak besides */
export const fileAnswer = (bytes: ArrayBuffer, { type }: ServedFile, files: string | null = null): Response =>
  new Response(bytes, {
    headers: {
      ...securityHeaders(),
      ...(files === null ? {} : { 'content-security-policy': filesPolicy(files) }),
      'content-type': type,
    },
  });

/** The page that stands in for the server's, under its plain name in the list. */
const SHELL = /^\/assets\/shell-([a-z]{2})\.[0-9a-f]{12}\.html$/;
/** Files that a page names in an attribute. Words of people cannot look like this: quotes in them are escaped. */
export const REFERENCES = /="(\/assets\/[^"]+\.(?:js|css))"(?: integrity="([^"]+)")?/g;

/**
 * The page of the accepted release that needs no server, in this language or else in English; null while it is not here, or
 * something that it loads is not.
 */
export async function keptShell(manifest: ServedManifest | null, language: string): Promise<Response | null> {
  const files = new Map(manifest?.files.map((file) => [file.path, file]));
  const shells = new Map([...files.values()].map((file) => [SHELL.exec(file.path)?.[1], file]));
  const shell = shells.get(language) ?? shells.get('en');
  const bytes = shell && (await keptFile(shell));
  if (!bytes) return null;
  for (const [, path = ''] of new TextDecoder().decode(bytes).matchAll(REFERENCES)) {
    const file = files.get(path);
    if (!file || !(await keptFile(file))) return null;
  }
  return fileAnswer(bytes, shell);
}

async function fetchBytes(path: string): Promise<ArrayBuffer | null> {
  try {
    const answer = await fetch(path, { redirect: 'error', credentials: 'same-origin' });
    return answer.ok ? await answer.arrayBuffer() : null;
  } catch {
    return null;
  }
}
