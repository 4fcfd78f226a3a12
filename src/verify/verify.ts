/**
 * Compares what a server gives browsers with what this build would give them (R35). Nothing that the server says about
 * itself is believed: pages are fetched as browsers fetch them, and what they load is fetched and compared.
 */
import type { Asset, Assets } from '../assets.ts';
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../contract/paths.ts';
import type { ServedKind } from '../contract/served.ts';
import { type Difference, type Finding, Findings } from './difference.ts';
import { headerDifferences } from './headers.ts';
import { type ReadPage, readPage } from './page.ts';
import {
  type Answer,
  type Destination,
  redirectOf,
  type Session,
  type Visitor,
  visitors,
} from './visitor.ts';

export interface Report {
  /** The release that the server's pages name, or null when none does. */
  readonly release: string | null;
  /** Distinct pages and files that were looked at. */
  readonly looked: number;
  readonly findings: readonly Finding[];
}

/** Pages to look at, in every session: those in front of the workspace, those in it, and one that is not there. */
const PAGES: readonly string[] = [
  '/',
  '/setup',
  '/join',
  '/sign-in',
  '/recover',
  '/start-again',
  '/s/0',
  '/r/0',
  '/unlock',
  '/link',
  '/approve',
  '/recovery-code',
  '/settings',
  '/admin',
  '/conversations/new',
  '/no-such-page',
];
/** Pages whose addresses hold an id: so many of each are looked at, as far as others link to them. */
const LINKED: readonly RegExp[] = [/^\/c\/[^/]+$/, /^\/c\/[^/]+\/people$/, /^\/verify\/[^/]+$/];
const MAX_LINKED = 2;
/** Pages in front of the workspace; the others use keys. Error pages load nothing. */
const DOORS: ReadonlySet<string> = new Set([
  '/setup',
  '/join',
  '/sign-in',
  '/recover',
  '/unlock',
  '/link',
  '/approve',
  '/recovery-code',
  '/start-again',
  '/s/0',
  '/r/0',
]);
const WEB_MANIFEST = '/manifest.webmanifest';
/** What a shortcut of the installed app opens. */
const NEW_CONVERSATION = '/#new-conversation';
const IMMUTABLE = 'public, max-age=31536000, immutable';
const DESTINATIONS: Readonly<Record<ServedKind, Destination>> = {
  script: 'script',
  worker: 'worker',
  style: 'style',
  icon: 'image',
  page: 'document',
  'service-worker': 'serviceworker',
};

/**
 * @param sessions to look as, besides nobody
 * @throws NoAnswer when the server cannot be reached
 */
export async function verify(origin: string, assets: Assets, sessions: readonly Session[]): Promise<Report> {
  const findings = new Findings();
  const looked = new Set<string>();
  let release: string | null = null;
  for (const session of [null, ...sessions]) {
    const looks = visitors(origin, session).map((visitor) => new Look(visitor, origin, assets));
    await Promise.all(looks.map((look) => look.around()));
    for (const look of looks) {
      findings.add(look.visitor.name, look.differences);
      for (const path of look.looked) looked.add(path);
      release ??= look.release;
    }
  }
  return { release, looked: looked.size, findings: findings.all };
}

/** What one visitor sees. */
class Look {
  readonly differences: Difference[] = [];
  readonly looked = new Set<string>();
  release: string | null = null;

  constructor(
    readonly visitor: Visitor,
    private readonly origin: string,
    private readonly assets: Assets,
  ) {}

  async around(): Promise<void> {
    const links = new Set<string>();
    const unknown = new Set<string>();
    const open = async (path: string) => {
      const page = await this.#page(path);
      for (const link of page?.links ?? []) links.add(link);
      for (const file of page?.unknown ?? []) unknown.add(file);
    };
    for (const path of PAGES) await open(path);
    // A page that is linked to may link to others.
    for (const pattern of LINKED)
      for (const path of [...links].filter((link) => pattern.test(link)).slice(0, MAX_LINKED))
        await open(path);
    for (const [name, asset] of this.assets.all) await this.#file(name, asset);
    for (const path of unknown) await this.#stranger(path);
    await this.#list();
    await this.#webManifest();
  }

  async #page(path: string): Promise<ReadPage | null> {
    const answers = await this.visitor.open(path);
    for (const answer of answers) {
      this.#note(answer, { 'cache-control': 'no-store' });
      const to = redirectOf(answer);
      const target = to === null ? null : URL.parse(to, this.origin + answer.path);
      if (target && target.origin !== this.origin)
        this.#differs(answer.path, 'a redirect to another site', null, target.href);
      // A browser shows what stands in it.
      if (to === null && answer.status >= 300 && answer.status < 400)
        this.#differs(answer.path, 'a redirect that leads nowhere', null, `status ${answer.status}`);
    }
    const last = answers.at(-1);
    if (!last) return null;
    const onwards = redirectOf(last);
    if (onwards !== null) {
      if (URL.parse(onwards, this.origin + last.path)?.origin === this.origin)
        this.#differs(path, 'redirects that do not end', null, onwards);
      return null;
    }
    const type = last.headers.get('content-type');
    if (type !== 'text/html; charset=utf-8')
      this.#differs(last.path, 'the page is of another type', 'text/html; charset=utf-8', type);
    // A mark at the beginning makes browsers read another encoding, whatever the header says.
    if (!isUtf8(last.bytes)) this.#differs(last.path, 'the page is no UTF-8', null, null);
    const page = readPage(last.path, new TextDecoder().decode(last.bytes), this.assets, this.origin);
    this.differences.push(...page.differences);
    this.release ??= page.release;
    if (page.release !== this.assets.manifest.release)
      this.#differs(last.path, 'the page is of another release', this.assets.manifest.release, page.release);
    if (last.status === 200) {
      const script = DOORS.has(last.path) ? 'door.js' : 'island.js';
      const expected = [this.visitor.words, script].filter((name) => name !== null).join(', ');
      if (page.scripts.join(', ') !== expected)
        this.#differs(last.path, 'the page loads other scripts', expected, page.scripts.join(', ') || null);
      // Without the hash in the page, what a script imports would be taken as it comes.
      const before = this.assets.preloads(script).join(', ');
      const got = page.preloads.join(', ');
      if (got !== before)
        this.#differs(last.path, 'the page loads other scripts before its own', before || null, got || null);
    }
    return page;
  }

  /** A file of ours, at its address. */
  async #file(name: string, asset: Asset): Promise<void> {
    const kind = this.assets.manifest.files.find(({ path }) => path === asset.url)?.kind ?? 'icon';
    const answer = await this.visitor.ask(asset.url, DESTINATIONS[kind]);
    if (answer.status !== 200) {
      this.#differs(asset.url, `${name} is not served: status ${answer.status}`, asset.integrity, null);
      return;
    }
    this.#note(answer, {
      'content-type': asset.type,
      'cache-control': asset.url === SERVICE_WORKER_PATH ? 'no-store' : IMMUTABLE,
    });
    const got = sha384(answer.bytes);
    if (got !== asset.integrity) this.#differs(asset.url, `${name} has other bytes`, asset.integrity, got);
  }

  /** A file that a page names and this build does not have: its hash is what can be said about it. */
  async #stranger(path: string): Promise<void> {
    const answer = await this.visitor.ask(path, 'script');
    this.looked.add(path);
    this.#differs(path, 'a file that this build does not have', null, sha384(answer.bytes));
  }

  /** The server's own list, which browsers show when they ask about a new release. */
  async #list(): Promise<void> {
    const answer = await this.visitor.ask(MANIFEST_PATH, 'document');
    this.#note(answer, { 'cache-control': 'no-store' });
    if (new TextDecoder().decode(answer.bytes) !== JSON.stringify(this.assets.manifest))
      this.#differs(MANIFEST_PATH, 'the server’s own list of its files is another', null, null);
  }

  /** The manifest of the installed app: its addresses are ours. */
  async #webManifest(): Promise<void> {
    const answer = await this.visitor.ask(WEB_MANIFEST, 'manifest');
    this.#note(answer, {});
    const icons = new Set(this.assets.manifest.files.map(({ path }) => path));
    for (const [, address = ''] of new TextDecoder()
      .decode(answer.bytes)
      .matchAll(/"(?:src|url|action|start_url|scope|id)":"([^"]*)"/g))
      if (address !== '/' && address !== NEW_CONVERSATION && !icons.has(address))
        this.#differs(WEB_MANIFEST, 'the installed app names another address', null, address);
  }

  #note(answer: Answer, own: Readonly<Record<string, string>>): void {
    this.looked.add(answer.path);
    this.differences.push(...headerDifferences(answer, own));
  }

  #differs(where: string, what: string, expected: string | null, got: string | null): void {
    this.differences.push({ where, what, expected, got });
  }
}

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    return !new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).includes('\0');
  } catch {
    return false;
  }
};

const sha384 = (bytes: Uint8Array<ArrayBuffer>) =>
  `sha384-${new Bun.CryptoHasher('sha384').update(bytes).digest('base64')}`;
