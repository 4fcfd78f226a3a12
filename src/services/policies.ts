/** What the workspace allows. One record, for the whole of it; what is not in it yet has its default. */
import type { Ports } from '../deps.ts';
import { putSetting, readSetting, setting } from '../store/settings.ts';

export interface PolicyValues {
  /** People see when others are here. */
  readonly presence: boolean;
  /** People see who is writing. */
  readonly typing: boolean;
}
export const DEFAULT_POLICIES: PolicyValues = { presence: true, typing: true };

export interface Policies {
  read(): Promise<PolicyValues>;
  write(change: Partial<PolicyValues>): Promise<PolicyValues>;
  /** Called after each change in this process. */
  onChange(listener: (now: PolicyValues) => void): void;
}

export function createPolicies({ db }: Pick<Ports, 'db'>): Policies {
  const listeners: ((now: PolicyValues) => void)[] = [];
  const read = async () => parse(await readSetting(db, 'policies'));
  return {
    read,
    async write(change) {
      const next = await db.write(async (tx) => {
        const changed = { ...parse(await setting(tx, 'policies')), ...change };
        await putSetting(tx, 'policies', new TextEncoder().encode(JSON.stringify(changed)));
        return changed;
      });
      for (const listener of listeners) listener(next);
      return next;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

function parse(stored: Uint8Array | null): PolicyValues {
  if (stored === null) return DEFAULT_POLICIES;
  const known: unknown = JSON.parse(new TextDecoder().decode(stored));
  const flag = (name: keyof PolicyValues): boolean => {
    const value: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
    return typeof value === 'boolean' ? value : DEFAULT_POLICIES[name];
  };
  return { presence: flag('presence'), typing: flag('typing') };
}
