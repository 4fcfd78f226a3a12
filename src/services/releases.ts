/**
 * Which releases are at work: while nodes are exchanged, pages of one release ask nodes of another, and are answered. Each node says in the
 * database that its own is there.
 */
import { RELEASE } from '../contract/release.ts';
import type { Ports } from '../deps.ts';
import { putSetting, readSetting, setting } from '../store/settings.ts';

export interface Releases {
  /** Notes the own release, and reads the others; run by a job. */
  note(): Promise<void>;
  /** Whether a node of this release was at work a moment ago; false of all before the first `note`. */
  isAtWork(release: string): boolean;
  /** The others that were, as of the last look. */
  others(): readonly string[];
  /** Reads them again, once a second at most: a node may have begun since the last `note`. */
  look(): Promise<void>;
}

/** Milliseconds after which a release says again that it is there, and for which it counts as there. */
const SAID_EVERY_MS = 20_000;
const COUNTS_MS = 60_000;
/** Milliseconds between two looks. */
const LOOKED_EVERY_MS = 1000;

/** @param own of this node */
export function createReleases({ db, clock }: Pick<Ports, 'db' | 'clock'>, own = RELEASE): Releases {
  let known: ReadonlyMap<string, number> = new Map();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  const isThere = (at: number) => clock() - at < COUNTS_MS;

  return {
    async note() {
      known = read(await readSetting(db, 'releases'));
      const said = known.get(own) ?? 0;
      if (Math.abs(clock() - said) < SAID_EVERY_MS) return;
      known = await db.write(async (tx) => {
        const others = [...read(await setting(tx, 'releases'))].filter(([, at]) => isThere(at));
        const all = new Map([...others, [own, clock()]]);
        const text = JSON.stringify(Object.fromEntries(all));
        await putSetting(tx, 'releases', new TextEncoder().encode(text));
        return all;
      });
    },

    others: () => [...known].flatMap(([release, at]) => (release !== own && isThere(at) ? [release] : [])),

    async look() {
      if (Math.abs(clock() - lookedAt) < LOOKED_EVERY_MS) return;
      looking ??= readSetting(db, 'releases')
        .then((stored) => {
          known = read(stored);
          lookedAt = clock();
        })
        .finally(() => {
          looking = null;
        });
      await looking;
    },

    isAtWork: (release) => isThere(known.get(release) ?? Number.NEGATIVE_INFINITY),
  };
}

function read(stored: Uint8Array | null): ReadonlyMap<string, number> {
  const said: unknown = stored === null ? {} : JSON.parse(new TextDecoder().decode(stored));
  const entries = Object.entries(typeof said === 'object' && said !== null ? said : {});
  return new Map(
    entries.flatMap(([release, at]) => (typeof at === 'number' ? [[release, at] as const] : [])),
  );
}
