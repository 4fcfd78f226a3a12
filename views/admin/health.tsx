/** GET /admin/health: how the server is, in words; what it was used for, in numbers that name nobody. */
import type { Role } from '../../src/contract/accounts.ts';
import { bytesWritten, locale, plural, say, sentence, t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Chart, wholeNumber } from '../parts/chart.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { StorageBar } from '../parts/storage-bar.tsx';
import { text } from '../parts/words.tsx';
import { type HealthJob, HealthJobs } from './health-jobs.tsx';

export type HealthSpan = 'day' | 'month' | 'year';

export interface HealthProps {
  readonly role: Role;
  /** Kept sentences, the most pressing first. */
  readonly warnings: readonly { readonly name: string; readonly words: string }[];
  readonly at: number;
  readonly startedAt: number;
  readonly release: string;
  readonly bun: string;
  readonly sockets: number;
  readonly people: number;
  readonly waiting: number;
  readonly database: { readonly bytes: number; readonly wal: number };
  readonly files: { readonly bytes: number; readonly files: number };
  readonly disk: { readonly free: number; readonly total: number } | null;
  readonly memory: number;
  readonly auditRows: number;
  /** Epoch milliseconds; null before the first; `elsewhere`: PostgreSQL has tools of its own. */
  readonly backupAt: number | null | 'elsewhere';
  /** Until when what was stored is kept elsewhere; null: nothing is. */
  readonly logKept: { readonly until: number | null } | null;
  readonly certificateEnd: number | null;
  /** Letters; null without a mail server. */
  readonly mailWaiting: number | null;
  /** Since the server began. */
  readonly counted: {
    readonly requests: number;
    readonly failed: number;
    readonly limited: number;
    readonly signIns: number;
    readonly signInsRefused: number;
    readonly pushes: number;
    readonly pushesFailed: number;
  };
  readonly jobs: readonly HealthJob[];
  readonly span: HealthSpan;
  readonly usage: readonly HealthStep[];
}

export interface HealthStep {
  readonly at: number;
  readonly people: number;
  readonly messages: number;
  readonly files: number;
  readonly bytes: number | null;
}

const SPANS: Readonly<Record<HealthSpan, string>> = {
  day: sentence('24 hours'),
  month: sentence('30 days'),
  year: sentence('12 months'),
};

/** Of active people, in one step of the span. */
const mostIn: Readonly<Record<HealthSpan, (n: number) => string>> = {
  day: (n) => t('at most {n} in an hour', { n }),
  month: (n) => t('at most {n} in a day', { n }),
  year: (n) => t('at most {n} in a month', { n }),
};

export function Health(props: HealthProps) {
  return (
    <Sheet
      view="admin"
      title={t('Health')}
      lead={t('How the server is. Numbers alone: nobody is listed, and nothing is read.')}
    >
      <AdminNav role={props.role} here="/admin/health" />
      <Warnings warnings={props.warnings} />
      <Now {...props} />
      <Usage span={props.span} usage={props.usage} />
      <HealthJobs jobs={props.jobs} />
      <Counted {...props.counted} since={props.startedAt} />
    </Sheet>
  );
}

function Warnings({ warnings }: Pick<HealthProps, 'warnings'>) {
  return (
    <Section id="warnings" title={t('Warnings')}>
      {warnings.length === 0 ? (
        <p>{text('None: everything is as it should be.')}</p>
      ) : (
        <ul class="health-warnings">
          {warnings.map(({ name, words }) => (
            <li data-warning={name} safe>
              {say(words)}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Now(props: HealthProps) {
  const { at, startedAt, disk, database, files, backupAt, logKept, certificateEnd, mailWaiting } = props;
  return (
    <Section id="now" title={t('Now')}>
      {disk ? (
        <StorageBar
          label={t('Disk of the data folder')}
          used={disk.total - disk.free}
          limit={disk.total}
          named
        />
      ) : (
        ''
      )}
      <dl class="facts">
        <dt>{text('Release')}</dt>
        <dd safe>{t('Sotto {release} on Bun {bun}', { release: props.release, bun: props.bun })}</dd>
        <dt>{text('Running for')}</dt>
        <dd safe>{lasting(at - startedAt)}</dd>
        <dt>{text('Open connections')}</dt>
        <dd safe>{wholeNumber(props.sockets)}</dd>
        <dt>{text('Accounts')}</dt>
        <dd safe>{wholeNumber(props.people)}</dd>
        <dt>{text('Waiting for devices')}</dt>
        <dd safe>{plural(props.waiting, '{n} envelope', '{n} envelopes')}</dd>
        <dt>{text('Database')}</dt>
        <dd safe>
          {t('{size}, and {log} of write-ahead log', {
            size: { bytes: database.bytes },
            log: { bytes: database.wal },
          })}
        </dd>
        <dt>{text('Files')}</dt>
        <dd safe>
          {plural(files.files, '{n} file, {size}', '{n} files, {size}', { size: { bytes: files.bytes } })}
        </dd>
        <dt>{text('Free on the disk')}</dt>
        <dd safe>{disk ? bytesWritten(disk.free) : t('Not known')}</dd>
        <dt>{text('Memory')}</dt>
        <dd safe>{bytesWritten(props.memory)}</dd>
        <dt>{text('Audit log')}</dt>
        <dd safe>{plural(props.auditRows, '{n} entry', '{n} entries')}</dd>
        <dt>{text('Newest backup')}</dt>
        <dd>
          {backupAt === null ? (
            text('None yet')
          ) : backupAt === 'elsewhere' ? (
            text('By PostgreSQL’s own means')
          ) : (
            <When at={backupAt} hour />
          )}
        </dd>
        {logKept === null ? (
          ''
        ) : (
          <>
            <dt>{text('Write-ahead log kept')}</dt>
            <dd>{logKept.until === null ? text('Not yet') : <When at={logKept.until} hour />}</dd>
          </>
        )}
        {certificateEnd === null ? (
          ''
        ) : (
          <>
            <dt>{text('Certificate ends')}</dt>
            <dd>
              <When at={certificateEnd} />
            </dd>
          </>
        )}
        {mailWaiting === null ? (
          ''
        ) : (
          <>
            <dt>{text('Mail on its way')}</dt>
            <dd safe>{plural(mailWaiting, '{n} letter', '{n} letters')}</dd>
          </>
        )}
      </dl>
    </Section>
  );
}

function Usage({ span, usage }: Pick<HealthProps, 'span' | 'usage'>) {
  const when = (at: number) => timeOf(span, at);
  const sum = (name: 'messages' | 'files') => usage.reduce((total, step) => total + step[name], 0);
  const most = Math.max(0, ...usage.map(({ people }) => people));
  const bytes = usage.findLast((step) => step.bytes !== null)?.bytes ?? 0;
  return (
    <Section
      id="usage"
      title={t('Usage')}
      lead={t('Counted by the hour, in UTC, and kept for 400 days. Who it was is not kept.')}
    >
      <nav class="tabs" aria-label={t('Time span')}>
        {Object.entries(SPANS).map(([name, words]) => (
          <a
            href={`/admin/health?span=${name}#usage`}
            {...(name === span ? { 'aria-current': 'true' } : {})}
            safe
          >
            {say(words)}
          </a>
        ))}
      </nav>
      <div class="charts">
        <Chart
          title={t('Active people')}
          said={mostIn[span](most)}
          bars={usage.map(({ at, people }) => ({ at, value: people }))}
          when={when}
          written={wholeNumber}
        />
        <Chart
          title={t('Messages')}
          said={plural(sum('messages'), '{n} message relayed', '{n} messages relayed')}
          bars={usage.map(({ at, messages }) => ({ at, value: messages }))}
          when={when}
          written={wholeNumber}
        />
        <Chart
          title={t('Files')}
          said={plural(sum('files'), '{n} file added', '{n} files added')}
          bars={usage.map(({ at, files }) => ({ at, value: files }))}
          when={when}
          written={wholeNumber}
        />
        <Chart
          title={t('Storage')}
          said={t('{size} in use', { size: { bytes } })}
          bars={usage.map((step) => ({ at: step.at, value: step.bytes }))}
          when={when}
          written={bytesWritten}
        />
      </div>
      <details>
        <summary>{text('The same as a table')}</summary>
        <UsageTable usage={usage} when={when} />
      </details>
    </Section>
  );
}

function UsageTable({ usage, when }: { usage: readonly HealthStep[]; when: (at: number) => string }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{text('From')}</th>
          <th scope="col">{text('Active people')}</th>
          <th scope="col">{text('Messages')}</th>
          <th scope="col">{text('Files')}</th>
          <th scope="col">{text('Storage')}</th>
        </tr>
      </thead>
      <tbody>
        {usage.toReversed().map((step) => (
          <tr>
            <th scope="row" safe>
              {when(step.at)}
            </th>
            <td safe>{wholeNumber(step.people)}</td>
            <td safe>{wholeNumber(step.messages)}</td>
            <td safe>{wholeNumber(step.files)}</td>
            <td safe>{step.bytes === null ? t('Not known') : bytesWritten(step.bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Counted(props: HealthProps['counted'] & { since: number }) {
  return (
    <Section id="counted" title={t('Since the server began')}>
      <dl class="facts">
        <dt>{text('Requests')}</dt>
        <dd safe>{wholeNumber(props.requests)}</dd>
        <dt>{text('Of them, failed here')}</dt>
        <dd safe>{wholeNumber(props.failed)}</dd>
        <dt>{text('Refused as too many')}</dt>
        <dd safe>{wholeNumber(props.limited)}</dd>
        <dt>{text('Signed in')}</dt>
        <dd safe>{wholeNumber(props.signIns)}</dd>
        <dt>{text('Sign-ins refused')}</dt>
        <dd safe>{wholeNumber(props.signInsRefused)}</dd>
        <dt>{text('Devices woken')}</dt>
        <dd safe>{t('{n}, and {failed} that failed', { n: props.pushes, failed: props.pushesFailed })}</dd>
      </dl>
    </Section>
  );
}

/** "3 days", "5 hours": the largest unit of which there is one. */
function lasting(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return plural(minutes, '{n} minute', '{n} minutes');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return plural(hours, '{n} hour', '{n} hours');
  return plural(Math.floor(hours / 24), '{n} day', '{n} days');
}

function timeOf(span: HealthSpan, at: number): string {
  const style: Intl.DateTimeFormatOptions =
    span === 'day'
      ? { hour: '2-digit', minute: '2-digit' }
      : span === 'month'
        ? { day: 'numeric', month: 'short' }
        : { month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(locale(), { ...style, timeZone: 'UTC' }).format(at);
}
