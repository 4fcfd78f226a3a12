/** GET /admin/backups: what the server saves of itself, when, and how the last time went. Paths, sizes and times. */
import type { Role } from '../../src/contract/accounts.ts';
import { bytesWritten, plural, say, t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

/** Times are epoch milliseconds, sizes bytes. */
export interface BackupsProps {
  /** Of who looks at it. */
  readonly role: Role;
  /** The database is in PostgreSQL: nothing that this page could say or do holds for it. */
  readonly elsewhere: boolean;
  /** Null: the server makes none by itself. */
  readonly plan: { readonly folder: string; readonly every: number; readonly keep: number } | null;
  readonly underway: boolean;
  readonly last:
    | {
        readonly ok: true;
        readonly at: number;
        readonly size: number;
        readonly missing: number;
        readonly file: string;
      }
    | { readonly ok: false; readonly at: number; readonly reason: string; readonly file: string }
    | null;
  /** Newest first; null when the folder cannot be read. */
  readonly kept: readonly { readonly name: string; readonly at: number; readonly size: number }[] | null;
  readonly next: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function Backups(props: BackupsProps) {
  return props.elsewhere ? <Elsewhere role={props.role} /> : <Here {...props} />;
}

function Elsewhere({ role }: Pick<BackupsProps, 'role'>) {
  return (
    <Sheet view="admin" title={t('Backups')} lead={t('This workspace keeps its data in PostgreSQL.')}>
      <AdminNav role={role} here="/admin/backups" />
      <Section
        id="plan"
        title={t('Plan')}
        lead={t(
          'Whoever runs PostgreSQL saves it with its own tools, and files where they lie. What to set up, and how to go back, is said in docs/recovery.md.',
        )}
      >
        <p>
          {text(
            'All of it in one encrypted file: sotto move copies it into a folder, and sotto backup saves that. docs/scaling.md says how.',
          )}
        </p>
      </Section>
    </Sheet>
  );
}

function Here({ role, plan, underway, last, kept, next }: BackupsProps) {
  return (
    <Sheet
      view="admin"
      title={t('Backups')}
      lead={t('Everything that the server has, encrypted with a passphrase of whoever runs it.')}
    >
      <AdminNav role={role} here="/admin/backups" />
      <Section
        id="last"
        title={t('The last backup')}
        lead={t('Each one is read back and compared before it counts.')}
      >
        <Last last={last} />
        {underway ? (
          <p role="status">{text('A backup is being made. Load this page again to see how it went.')}</p>
        ) : (
          ''
        )}
        {plan === null ? '' : <MakeOne />}
      </Section>
      {plan === null ? <NoPlan /> : <Plan plan={plan} next={next} />}
      {plan === null ? '' : <Kept kept={kept} />}
      <Section
        id="restore"
        title={t('Restore')}
        lead={t(
          'On the machine of the server, into a folder that is empty. Look first whether the backup is whole.',
        )}
      >
        <pre class="commands">
          <code>{'sotto check FILE\nsotto restore FILE --data DIR'}</code>
        </pre>
        <p>
          {text(
            'A backup holds the server’s secrets and nothing that anybody wrote in the clear. Keep backups on another disk and the passphrase somewhere else: without it they cannot be opened.',
          )}
        </p>
      </Section>
    </Sheet>
  );
}

function Last({ last }: Pick<BackupsProps, 'last'>) {
  if (last === null) return <p>{text('None has been made yet.')}</p>;
  if (!last.ok)
    return (
      <div class="problem" data-backup="failed">
        <p>
          {markup('It failed on {time}: {reason}', {
            time: <When at={last.at} hour />,
            reason: <b safe>{say(last.reason)}</b>,
          })}
        </p>
        <p>{text('Mend that, then make one now. The ones before are still there.')}</p>
      </div>
    );
  return (
    <>
      <p data-backup="made">
        {markup('Made on {time}, {size}, verified.', {
          time: <When at={last.at} hour />,
          size: <span safe>{bytesWritten(last.size)}</span>,
        })}
      </p>
      {last.missing === 0 ? (
        ''
      ) : (
        <p class="problem" safe>
          {plural(
            last.missing,
            '{n} part of a file had been lost on the disk before, and is not in it.',
            '{n} parts of files had been lost on the disk before, and are not in it.',
          )}
        </p>
      )}
    </>
  );
}

function MakeOne() {
  return (
    <form class="buttons" method="post" action="/admin/backups">
      <button type="submit" class="button">
        {text('Make one now')}
      </button>
    </form>
  );
}

function Plan({ plan, next }: { plan: NonNullable<BackupsProps['plan']>; next: number | null }) {
  return (
    <Section
      id="plan"
      title={t('Plan')}
      lead={t('Whoever runs the server sets it where the server is started.')}
    >
      <dl class="facts">
        <dt>{text('Folder')}</dt>
        <dd>
          <code safe>{plan.folder}</code>
        </dd>
        <dt>{text('Made')}</dt>
        <dd safe>{everyWritten(plan.every)}</dd>
        <dt>{text('Kept')}</dt>
        <dd safe>{plural(plan.keep, 'the newest', 'the newest {n}')}</dd>
        <dt>{text('The next one')}</dt>
        <dd>{next === null ? '' : <When at={next} hour />}</dd>
      </dl>
    </Section>
  );
}

const everyWritten = (ms: number): string =>
  ms % DAY_MS === 0
    ? plural(ms / DAY_MS, 'every day', 'every {n} days')
    : plural(Math.round(ms / HOUR_MS), 'every hour', 'every {n} hours');

function NoPlan() {
  return (
    <Section
      id="plan"
      title={t('Plan')}
      lead={t(
        'This server makes no backups by itself. Start it with a folder on another disk, and a passphrase:',
      )}
    >
      <pre class="commands">
        <code>
          {'SOTTO_BACKUP_PASSPHRASE=… sotto serve --backup-to FOLDER --backup-every 1d --backup-keep 7'}
        </code>
      </pre>
      <p>{text('Or make one by hand, while it serves:')}</p>
      <pre class="commands">
        <code>{'sotto backup --out FILE --data DIR'}</code>
      </pre>
    </Section>
  );
}

function Kept({ kept }: Pick<BackupsProps, 'kept'>) {
  return (
    <Section id="kept" title={t('Backups in the folder')}>
      {kept === null ? (
        <p class="problem">{text('The folder cannot be read. Look whether its disk is there.')}</p>
      ) : kept.length === 0 ? (
        <p>{text('There are none yet.')}</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{text('Made')}</th>
              <th scope="col">{text('Size')}</th>
              <th scope="col">{text('File')}</th>
            </tr>
          </thead>
          <tbody>
            {kept.map(({ name, at, size }) => (
              <tr>
                <td>
                  <When at={at} hour />
                </td>
                <td safe>{bytesWritten(size)}</td>
                <td>
                  <code safe>{name}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
