/** GET /admin/storage: what files take, whose they are, and how much may be there. Sizes and times: an admin sees no names of files. */
import type { Person, Role } from '../../src/contract/accounts.ts';
import { MAX_FILE_BYTES } from '../../src/contract/files.ts';
import { bytesWritten, locale, plural, t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Field } from '../parts/field.tsx';
import { PersonCell } from '../parts/person-cell.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { StorageBar } from '../parts/storage-bar.tsx';
import { markup, text } from '../parts/words.tsx';

export interface StorageCount {
  readonly bytes: number;
  readonly files: number;
}

export interface StorageProps {
  /** Of who looks at it. */
  readonly role: Role;
  readonly used: StorageCount;
  readonly limit: number;
  /** Bytes that fit on the disk; null where nobody knows. */
  readonly free: number | null;
  readonly people: readonly (StorageCount & { readonly person: Person })[];
  readonly personLimit: number;
  readonly ending: StorageCount;
  readonly unfinished: StorageCount;
  readonly cleaned: {
    readonly at: number;
    readonly expired: number;
    readonly abandoned: number;
    readonly orphans: number;
    readonly bytes: number;
  } | null;
  readonly form: StorageFormProps;
}

export interface StorageFormProps {
  /** As typed, or as it holds: of 1,000 MB a GB. */
  readonly quota: string;
  readonly total: string;
  readonly largest: string;
  readonly days: string;
  readonly errors?: Readonly<Record<string, string>>;
  readonly saved?: boolean;
}

/** Megabytes of the largest file that may be allowed. */
const MAX_FILE_MB = Math.floor(MAX_FILE_BYTES / 1_000_000);

export function Storage(props: StorageProps) {
  const { role, used, limit, free, people, personLimit, ending, unfinished, cleaned, form } = props;
  return (
    <Sheet view="admin" title={t('Storage')} lead={t('You see sizes and whose they are, never contents.')}>
      <AdminNav role={role} here="/admin/storage" />
      <Section id="used" title={t('In use')}>
        <StorageBar label={t('Storage of the workspace')} used={used.bytes} limit={limit} />
        <dl class="facts">
          <dt>{text('Files')}</dt>
          <dd safe>{number(used.files)}</dd>
          <dt>{text('Free on the disk')}</dt>
          <dd safe>{free === null ? t('Not known') : bytesWritten(free)}</dd>
          <dt>{text('End within a week')}</dt>
          <dd safe>{counted(ending)}</dd>
          <dt>{text('Not complete')}</dt>
          <dd safe>{counted(unfinished)}</dd>
        </dl>
      </Section>
      <Section id="people" title={t('People')}>
        {people.length === 0 ? (
          <p>{text('Nobody has files here yet.')}</p>
        ) : (
          <People people={people} limit={personLimit} />
        )}
      </Section>
      <Section
        id="cleanup"
        title={t('Clean-up')}
        lead={t(
          'Every hour: files whose time is over, uploads that nobody went on with for a week, and what a crash left.',
        )}
      >
        <p>
          {cleaned === null
            ? text('It has not run yet.')
            : markup('Last at {time}: {what}', {
                time: <When at={cleaned.at} hour />,
                what: <span safe>{removed(cleaned)}</span>,
              })}
        </p>
        <form class="buttons" method="post" action="/admin/storage/clean">
          <button type="submit" class="button">
            {text('Clean up now')}
          </button>
        </form>
      </Section>
      <Limits {...form} />
    </Sheet>
  );
}

const number = (n: number): string => new Intl.NumberFormat(locale()).format(n);

const counted = ({ files, bytes }: StorageCount): string =>
  files === 0 ? t('None') : plural(files, '{n} file, {size}', '{n} files, {size}', { size: { bytes } });

function removed({ expired, abandoned, orphans, bytes }: NonNullable<StorageProps['cleaned']>): string {
  const files = expired + abandoned;
  if (files + orphans === 0) return t('nothing was to be removed.');
  const said = plural(files, '{n} file removed, {size}.', '{n} files removed, {size}.', { size: { bytes } });
  return orphans === 0 ? said : `${said} ${plural(orphans, '{n} left-over part.', '{n} left-over parts.')}`;
}

function People({ people, limit }: Pick<StorageProps, 'people'> & { limit: number }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{text('Name')}</th>
          <th scope="col">{text('Files')}</th>
          <th scope="col">{text('Storage')}</th>
        </tr>
      </thead>
      <tbody>
        {people.map(({ person, files, bytes }) => (
          <tr data-account={person.account}>
            <td>
              <PersonCell person={person} />
            </td>
            <td safe>{number(files)}</td>
            <td>
              <StorageBar label={t('Storage of {name}', { name: person.name })} used={bytes} limit={limit} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Limits({ quota, total, largest, days, errors = {}, saved = false }: StorageFormProps) {
  return (
    <Section
      id="limits"
      title={t('Limits')}
      lead={t('What is here stays when a limit becomes smaller: it counts for what comes.')}
    >
      <form class="stack storage-limits" method="post" action="/admin/storage">
        <Field
          name="quota"
          label={t('Storage of each person, in GB')}
          value={quota}
          error={errors.quota}
          literal
          required
        />
        <Field
          name="total"
          label={t('Storage of the workspace, in GB')}
          value={total}
          error={errors.total}
          literal
          required
        />
        <Field
          name="largest"
          label={t('Largest file, in MB')}
          hint={t('At most {n}.', { n: MAX_FILE_MB })}
          value={largest}
          error={errors.largest}
          literal
          required
        />
        <Field
          name="days"
          label={t('Delete files after so many days')}
          hint={t('Empty: they stay. Whoever sends a file can choose otherwise for it.')}
          value={days}
          error={errors.days}
          literal
        />
        <p class="progress" role="status">
          {saved ? text('Saved.') : ''}
        </p>
        <div class="buttons">
          <button type="submit" class="button">
            {text('Save limits')}
          </button>
        </div>
      </form>
    </Section>
  );
}
