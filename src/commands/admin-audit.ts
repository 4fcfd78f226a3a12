/** `sotto admin audit`: whether the log is whole, and its rows for a terminal or another program. */
import { AUDIT_ACTIONS, type AuditAction, type AuditFilter, type AuditRecord } from '../contract/audit.ts';
import type { Services } from '../deps.ts';
import { auditFile } from '../services/audit-export.ts';
import { CommandFailed } from './failed.ts';

export interface AuditArguments {
  readonly check?: boolean | undefined;
  /** Milliseconds back from now. */
  readonly since?: number | undefined;
  readonly action?: string | undefined;
  readonly person?: string | undefined;
  readonly csv?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Prints the rows that are asked for, or walks the chain when none are; gives the exit code: 1 for a broken chain. */
export async function audit(
  { audit: log, accounts }: Pick<Services, 'audit' | 'accounts'>,
  args: AuditArguments,
  now: number,
  print: (line: string) => void,
): Promise<number> {
  const { check, since, action, person, csv, json } = args;
  let known: ReadonlyMap<string, string> | null = null;
  if (csv && json) throw new CommandFailed('Either --csv or --json.', 2);
  const lists = since !== undefined || action !== undefined || person !== undefined || csv === true;
  if (lists) {
    const filter = await filterOf();
    if (csv || json) await log.exported(null, csv ? 'csv' : 'jsonl');
    if (csv)
      for await (const piece of auditFile(log.all(filter), 'csv'))
        print(new TextDecoder().decode(piece).trimEnd());
    else
      for await (const row of log.all(filter))
        print(json ? JSON.stringify({ event: 'entry', ...row }) : await lineOf(row));
  }
  return lists && !check ? 0 : whether();

  async function filterOf(): Promise<AuditFilter> {
    const account = person === undefined ? undefined : (await accounts.personNamed(person))?.account;
    if (person !== undefined && account === undefined)
      throw new CommandFailed(`There is nobody called ${person} here.`);
    return {
      ...(since === undefined ? {} : { from: now - since }),
      ...(action === undefined ? {} : { actions: [knownAction(action)] }),
      ...(account === undefined ? {} : { account }),
    };
  }

  async function lineOf({ at, actor, action: done, subject, detail }: AuditRecord): Promise<string> {
    const people = await names();
    const who = actor === null ? 'server' : (people.get(actor) ?? actor);
    const details = Object.entries(detail).map(([key, value]) => `${key}=${value}`);
    const about = subject === '' ? [] : [people.get(subject) ?? subject];
    return [new Date(at).toISOString(), done, who, ...about, ...details].join(' ');
  }

  async function whether(): Promise<number> {
    const { entries, head, broken } = await log.verify();
    const isWhole = broken === null;
    const said = isWhole
      ? `${entries} entries, each bound to the one before. The newest: ${head}`
      : `Entry ${broken} is not what was written, or one before it is missing. Whole up to ${entries}: ${head}`;
    print(json ? JSON.stringify({ event: 'audit', entries, head, broken }) : said);
    return isWhole ? 0 : 1;
  }

  async function names(): Promise<ReadonlyMap<string, string>> {
    known ??= new Map((await accounts.people()).map(({ account, username }) => [account, username]));
    return known;
  }
}

function knownAction(name: string): AuditAction {
  const all: readonly AuditAction[] = Object.values(AUDIT_ACTIONS).flat();
  const found = all.find((each) => each === name);
  if (!found) throw new CommandFailed(`--action is one of: ${all.join(', ')}.`, 2);
  return found;
}
