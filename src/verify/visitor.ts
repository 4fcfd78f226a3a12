/** Asks a server as browsers do: with their names, their encodings, and a session or none. */

import { WORD_SCRIPTS } from '../contract/page-words.ts';

/** Milliseconds for one answer. */
const TIMEOUT_MS = 20_000;
/** Bytes of one answer; nothing that Sotto serves is a tenth of it. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_REDIRECTS = 5;

interface Profile {
  readonly name: string;
  readonly agent: string;
  readonly encodings: string;
  /** What it asks for; pages in another language than English load one script more. */
  readonly languages: string;
}

const ENGLISH = 'en-GB,en;q=0.7';
const GERMAN = 'de-DE,de;q=0.9,en;q=0.3';

/** Somebody who serves other code to some would choose by these. */
const PROFILES: readonly Profile[] = [
  {
    name: 'Chrome',
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
    encodings: 'gzip, deflate, br, zstd',
    languages: ENGLISH,
  },
  {
    name: 'Firefox',
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
    encodings: 'gzip, deflate, br, zstd',
    languages: GERMAN,
  },
  {
    name: 'Safari',
    agent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.2 Mobile/15E148 Safari/604.1',
    encodings: 'gzip, deflate, br',
    languages: ENGLISH,
  },
  {
    name: 'a browser without compression',
    agent: 'Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0',
    encodings: 'identity',
    languages: GERMAN,
  },
];
export const BROWSERS: readonly string[] = PROFILES.map(({ name }) => name);

export type Destination = 'document' | 'script' | 'worker' | 'style' | 'image' | 'serviceworker' | 'manifest';

export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Statuses by which browsers go elsewhere (Fetch, 2.2.3); any other answer is shown. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends a browser, as the server wrote it; null when the browser shows what came. */
export const redirectOf = ({ status, headers }: Pick<Answer, 'status' | 'headers'>): string | null =>
  REDIRECTS.has(status) ? headers.get('location') : null;

/** A session that pages are asked for in. */
export interface Session {
  /** Such as `signed in`. */
  readonly name: string;
  /** A Cookie header. */
  readonly cookie: string;
}

/** What a session is called that is none. */
export const SIGNED_OUT = 'signed out';
export const visitorName = (browser: string, session: string): string => `${browser}, ${session}`;

/** The server sent nothing, too much, or too slowly. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export class Visitor {
  constructor(
    private readonly origin: string,
    private readonly profile: Profile,
    private readonly session: Session | null,
  ) {}

  /** "Firefox, signed in" */
  get name(): string {
    return visitorName(this.profile.name, this.session?.name ?? SIGNED_OUT);
  }

  /** The script with the words of the language it asks for; null for English. */
  get words(): string | null {
    return WORD_SCRIPTS[this.profile.languages.slice(0, 2)] ?? null;
  }

  /** One answer, however it is. @throws NoAnswer */
  async ask(path: string, destination: Destination): Promise<Answer> {
    const { agent, encodings } = this.profile;
    const isPage = destination === 'document';
    try {
      const response = await fetch(this.origin + path, {
        headers: {
          'user-agent': agent,
          accept: isPage ? 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' : '*/*',
          'accept-language': this.profile.languages,
          'accept-encoding': encodings,
          'sec-fetch-dest': destination,
          'sec-fetch-mode': isPage ? 'navigate' : destination === 'script' ? 'cors' : 'no-cors',
          'sec-fetch-site': isPage ? 'none' : 'same-origin',
          ...(isPage ? { 'upgrade-insecure-requests': '1' } : {}),
          ...(destination === 'serviceworker' ? { 'service-worker': 'script' } : {}),
          ...(this.session ? { cookie: this.session.cookie } : {}),
        },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { path, status: response.status, headers: response.headers, bytes: await read(response) };
    } catch (cause) {
      throw new NoAnswer(
        `${this.origin}${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  /** A page and the redirects before it, the page last. A redirect to elsewhere is not followed. @throws NoAnswer */
  async open(path: string): Promise<readonly [Answer, ...Answer[]]> {
    const answers: [Answer, ...Answer[]] = [await this.ask(path, 'document')];
    let last = answers[0];
    for (;;) {
      const to = redirectOf(last);
      if (to === null || answers.length > MAX_REDIRECTS) break;
      const target = URL.parse(to, this.origin + last.path);
      if (target?.origin !== this.origin) break;
      last = await this.ask(target.pathname + target.search, 'document');
      answers.push(last);
    }
    return answers;
  }
}

/** Every browser, in one session. */
export const visitors = (origin: string, session: Session | null): readonly Visitor[] =>
  PROFILES.map((profile) => new Visitor(origin, profile, session));

async function read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES / 1024 / 1024} MiB`);
    parts.push(part.value);
  }
  return new Uint8Array(Buffer.concat(parts));
}
