/** What the workspace allows. One record, for the whole of it; what is not in it yet has its default. */
import { MAX_FILE_BYTES } from '../contract/files.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import { putSetting, readSetting, setting } from '../store/settings.ts';

export interface PolicyValues {
  /** People see when others are here. */
  readonly presence: boolean;
  /** People see who is writing. */
  readonly typing: boolean;
  /** Bytes of sealed files that one account may have here. */
  readonly accountFileBytes: number;
  /** The same for everybody together. */
  readonly workspaceFileBytes: number;
  /** Bytes of one file, at most MAX_FILE_BYTES. */
  readonly maxFileBytes: number;
  /** A file for which nobody chose otherwise is deleted after so many days; null for never. */
  readonly fileDays: number | null;
}
export const DEFAULT_POLICIES: PolicyValues = {
  presence: true,
  typing: true,
  accountFileBytes: 10e9,
  workspaceFileBytes: 100e9,
  maxFileBytes: MAX_FILE_BYTES,
  fileDays: null,
};

export interface Policies {
  read(): Promise<PolicyValues>;
  /** @param also what else is stored in the same transaction */
  write(change: Partial<PolicyValues>, also?: (tx: Tx) => Promise<void>): Promise<PolicyValues>;
  /** Called after each change in this process. */
  onChange(listener: (now: PolicyValues) => void): void;
}

export function createPolicies({ db }: Pick<Ports, 'db'>): Policies {
  const listeners: ((now: PolicyValues) => void)[] = [];
  const read = async () => parse(await readSetting(db, 'policies'));
  return {
    read,
    async write(change, also) {
      const next = await db.write(async (tx) => {
        const changed = { ...parse(await setting(tx, 'policies')), ...change };
        await putSetting(tx, 'policies', new TextEncoder().encode(JSON.stringify(changed)));
        await also?.(tx);
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
  const value = (name: keyof PolicyValues): unknown =>
    typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
  const flag = (name: 'presence' | 'typing'): boolean => {
    const stored = value(name);
    return typeof stored === 'boolean' ? stored : DEFAULT_POLICIES[name];
  };
  const whole = (name: 'accountFileBytes' | 'workspaceFileBytes' | 'maxFileBytes'): number => {
    const stored = value(name);
    return isWhole(stored) ? stored : DEFAULT_POLICIES[name];
  };
  const days = value('fileDays');
  return {
    presence: flag('presence'),
    typing: flag('typing'),
    accountFileBytes: whole('accountFileBytes'),
    workspaceFileBytes: whole('workspaceFileBytes'),
    maxFileBytes: Math.min(MAX_FILE_BYTES, whole('maxFileBytes')),
    fileDays: isWhole(days) && days > 0 ? days : DEFAULT_POLICIES.fileDays,
  };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
