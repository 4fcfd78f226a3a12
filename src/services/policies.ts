/** What the workspace allows. One record, for the whole of it; what is not in it yet has its default. */
import { MAX_FILE_BYTES } from '../contract/files.ts';
import { DEFAULT_POLICIES, POLICY_RANGES, type PolicyValues } from '../contract/policies.ts';
import type { Ports } from '../deps.ts';
import type { Tx } from '../store/db.ts';
import { putSetting, readSetting, setting } from '../store/settings.ts';

export interface Policies {
  read(): Promise<PolicyValues>;
  /** @param also what else is stored in the same transaction; it is given what held before */
  write(
    change: Partial<PolicyValues>,
    also?: (tx: Tx, before: PolicyValues) => Promise<void>,
  ): Promise<PolicyValues>;
  /** Called after each change on any node. */
  onChange(listener: (now: PolicyValues) => void): void;
}

/** Milliseconds until a database that did not answer is asked again what another node has changed. */
const AGAIN_MS = 1000;

export function createPolicies({ db, hub }: Pick<Ports, 'db' | 'hub'>): Policies {
  const listeners: ((now: PolicyValues) => void)[] = [];
  const read = async () => parse(await readSetting(db, 'policies'));
  /** What listeners were told last, as JSON: what was perhaps changed is no change yet. */
  let told = '';
  const tell = (now: PolicyValues) => {
    told = JSON.stringify(now);
    for (const listener of listeners) listener(now);
  };
  let isDue = false;
  let isReading = false;
  /** Whoever asks while it is read has it read once more. */
  const readAnew = async () => {
    isDue = true;
    if (isReading) return;
    isReading = true;
    while (isDue) {
      isDue = false;
      try {
        const now = await read();
        if (JSON.stringify(now) !== told) tell(now);
      } catch {
        isDue = true;
        await new Promise<void>((resolve) => setTimeout(resolve, AGAIN_MS).unref());
      }
    }
    isReading = false;
  };
  hub.onNews((news) => {
    if (news.type === 'policies') void readAnew();
  });
  hub.onMissed(() => void readAnew());
  return {
    read,
    async write(change, also) {
      const next = await db.write(async (tx) => {
        const before = parse(await setting(tx, 'policies'));
        const changed = { ...before, ...change };
        await putSetting(tx, 'policies', new TextEncoder().encode(JSON.stringify(changed)));
        await also?.(tx, before);
        return changed;
      });
      tell(next);
      hub.tell({ type: 'policies' });
      return next;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** What is stored, field by field: one that is missing or cannot be has its default. */
function parse(stored: Uint8Array | null): PolicyValues {
  if (stored === null) return DEFAULT_POLICIES;
  const known: unknown = JSON.parse(new TextDecoder().decode(stored));
  const value = (name: keyof PolicyValues): unknown =>
    typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
  const flag = (name: 'presence' | 'typing' | 'directDownloads'): boolean => {
    const stored = value(name);
    return typeof stored === 'boolean' ? stored : DEFAULT_POLICIES[name];
  };
  const whole = (
    name: 'accountFileBytes' | 'workspaceFileBytes' | 'maxFileBytes' | 'relayDays' | 'sessionDays' | 'suite',
  ): number => {
    const stored = value(name);
    return isWhole(stored) ? stored : DEFAULT_POLICIES[name];
  };
  const within = (name: keyof typeof POLICY_RANGES): number =>
    Math.min(POLICY_RANGES[name].max, Math.max(POLICY_RANGES[name].min, whole(name)));
  const word = <const T extends string>(words: readonly T[], name: keyof PolicyValues, fallback: T): T =>
    words.find((each) => each === value(name)) ?? fallback;
  const days = value('fileDays');
  return {
    presence: flag('presence'),
    typing: flag('typing'),
    registration: word(['invite', 'open'], 'registration', DEFAULT_POLICIES.registration),
    secondFactor: word(['optional', 'required'], 'secondFactor', DEFAULT_POLICIES.secondFactor),
    relayDays: within('relayDays'),
    history: word(['none', 'invitation', 'all'], 'history', DEFAULT_POLICIES.history),
    sessionDays: within('sessionDays'),
    suite: Math.max(DEFAULT_POLICIES.suite, whole('suite')),
    audit: word(['accounts', 'messages'], 'audit', DEFAULT_POLICIES.audit),
    accountFileBytes: whole('accountFileBytes'),
    workspaceFileBytes: whole('workspaceFileBytes'),
    maxFileBytes: Math.min(MAX_FILE_BYTES, whole('maxFileBytes')),
    directDownloads: flag('directDownloads'),
    fileDays: isWhole(days) && days > 0 ? days : DEFAULT_POLICIES.fileDays,
  };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
