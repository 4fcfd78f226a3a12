/** GET /admin/audit: what was done here, newest first. Names are looked up when the page is drawn: the log has ids. */
import type { Role } from '../../src/contract/accounts.ts';
import { AUDIT_ACTIONS, type AuditRecord } from '../../src/contract/audit.ts';
import { plural, t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { attribute } from '../parts/attribute.ts';
import { Field } from '../parts/field.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';
import { actionWord, auditGroups, groupWord, keyWord, valueWord } from './audit-words.ts';

/** The filter as it was typed: the fields of the form, and of every link that keeps it. */
export const AUDIT_FIELDS = ['person', 'what', 'from', 'to', 'about'] as const;
export type TypedFilter = Readonly<Record<(typeof AUDIT_FIELDS)[number], string>>;

export interface AuditProps {
  /** Of who looks at it. */
  readonly role: Role;
  /** Newest first. */
  readonly rows: readonly AuditRecord[];
  /** Names of accounts that these rows speak of. */
  readonly people: ReadonlyMap<string, { readonly name: string; readonly username: string }>;
  readonly typed: TypedFilter;
  readonly errors?: Readonly<Record<string, string>>;
  /** Address of the next page; null when there are no older rows. */
  readonly older: string | null;
  /** Address of the newest page; null when this is it. */
  readonly newest: string | null;
  readonly chain: {
    readonly entries: number;
    /** Hexadecimal. */
    readonly head: string;
    /** When it was walked, epoch milliseconds, and the first row that is wrong; null while nobody asked. */
    readonly checked: { readonly at: number; readonly broken: number | null } | null;
  };
}

export function AuditLog(props: AuditProps) {
  const { role, rows, typed, errors = {}, older, newest, chain } = props;
  return (
    <Sheet
      view="audit"
      title={t('Audit log')}
      lead={t('Who did what, and when. It holds ids and sizes, never contents.')}
    >
      <AdminNav role={role} here="/admin/audit" />
      <Filter typed={typed} errors={errors} />
      <Section id="entries" title={t('Entries')}>
        {rows.length === 0 ? (
          <p>{text('Nothing of this kind is in the log.')}</p>
        ) : (
          <ol class="audit-rows">
            {rows.map((row) => (
              <Row row={row} people={props.people} />
            ))}
          </ol>
        )}
        <nav class="buttons" aria-label={t('Pages of the log')}>
          {newest === null ? (
            ''
          ) : (
            <a class="button" href={attribute(newest)}>
              {text('Newest')}
            </a>
          )}
          {older === null ? (
            ''
          ) : (
            <a class="button" href={attribute(older)}>
              {text('Older')}
            </a>
          )}
        </nav>
      </Section>
      <Export typed={typed} />
      <Chain {...chain} typed={typed} />
    </Sheet>
  );
}

function Filter({ typed, errors }: Pick<AuditProps, 'typed'> & { errors: Readonly<Record<string, string>> }) {
  return (
    <form class="audit-filter" method="get" action="/admin/audit" aria-label={t('Filter')}>
      <Field
        name="person"
        label={t('Person')}
        value={typed.person}
        error={errors.person}
        maxlength={64}
        literal
      />
      <div class="field">
        <label for="what">{text('What')}</label>
        <select id="what" name="what">
          <option value="" selected={typed.what === ''}>
            {text('Everything')}
          </option>
          {auditGroups.map((group) => (
            <optgroup label={attribute(groupWord(group))}>
              <option value={group} selected={typed.what === group} safe>
                {t('All: {group}', { group: groupWord(group) })}
              </option>
              {AUDIT_ACTIONS[group].map((action) => (
                <option value={action} selected={typed.what === action} safe>
                  {actionWord(action)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <Field name="from" label={t('From')} type="date" value={typed.from} error={errors.from} />
      <Field name="to" label={t('Until')} type="date" value={typed.to} error={errors.to} />
      <Field
        name="about"
        label={t('About (an id)')}
        value={typed.about}
        error={errors.about}
        maxlength={128}
        literal
      />
      <div class="buttons">
        <button type="submit" class="button primary">
          {text('Show')}
        </button>
        <a class="button quiet" href="/admin/audit">
          {text('Reset')}
        </a>
      </div>
    </form>
  );
}

/** Read as a sentence: what was changed, from what, to what. Other details follow as they were written. */
const FIRST: readonly string[] = ['policy', 'before', 'after'];
const placeOf = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

function Row({ row, people }: { row: AuditRecord } & Pick<AuditProps, 'people'>) {
  const details = Object.entries(row.detail).toSorted(([a], [b]) => placeOf(a) - placeOf(b));
  return (
    <li class="audit-row" data-seq={String(row.seq)}>
      <span class="audit-what">
        <b safe>{actionWord(row.action)}</b>
        <small>
          <When at={row.at} hour /> <span safe>{`#${row.seq}`}</span>
        </small>
      </span>
      <span class="audit-who">
        <Who id={row.actor} people={people} />
        {row.subject === '' || row.subject === row.actor ? '' : <About id={row.subject} people={people} />}
      </span>
      {details.length === 0 ? (
        ''
      ) : (
        <dl class="audit-details">
          {details.map(([key, value]) => (
            <div>
              <dt safe>{keyWord(key)}</dt>
              <dd>
                <Detail name={key} value={value} people={people} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function Who({ id, people }: { id: string | null } & Pick<AuditProps, 'people'>) {
  if (id === null) return <span>{text('The server')}</span>;
  if (id.startsWith('visit:')) {
    const link = id.slice('visit:'.length);
    return <span>{markup('Visitor of link {id}', { id: <Id id={link} /> })}</span>;
  }
  return <Named id={id} people={people} />;
}

function About({ id, people }: { id: string } & Pick<AuditProps, 'people'>) {
  return (
    <small>
      <span>{text('about')}</span> <Named id={id} people={people} />
    </small>
  );
}

/** A person by name, anything else by its id; both lead to what else the log has of it. */
function Named({ id, people }: { id: string } & Pick<AuditProps, 'people'>) {
  const person = people.get(id);
  if (!person) return <Id id={id} />;
  return (
    <span>
      <span safe>{person.name}</span>{' '}
      <a class="link" href={`/admin/audit?person=${encodeURIComponent(person.username)}`} safe>
        {`@${person.username}`}
      </a>
    </span>
  );
}

/** Characters of an id that are shown; the whole of it is what the link filters by. */
const SHORT = 12;

function Id({ id }: { id: string }) {
  return (
    <a class="link" href={`/admin/audit?about=${encodeURIComponent(id)}`} title={attribute(id)}>
      <code safe>{id.length > SHORT + 1 ? `${id.slice(0, SHORT)}…` : id}</code>
    </a>
  );
}

function Detail({
  name,
  value,
  people,
}: { name: string; value: string | number | boolean | null } & Pick<AuditProps, 'people'>) {
  const word = valueWord(name, value);
  return word === null ? <Named id={String(value)} people={people} /> : <span safe>{word}</span>;
}

/** The filter as hidden fields, for forms that act on what it shows. */
function Kept({ typed }: Pick<AuditProps, 'typed'>) {
  return (
    <>
      {AUDIT_FIELDS.filter((name) => typed[name] !== '').map((name) => (
        <input type="hidden" name={name} value={attribute(typed[name])} />
      ))}
    </>
  );
}

function Export({ typed }: Pick<AuditProps, 'typed'>) {
  return (
    <Section
      id="export"
      title={t('Export')}
      lead={t('Everything that the filter lets through, oldest first. That it was exported is noted, too.')}
    >
      <form class="buttons" method="post" action="/admin/audit/export" hx-boost="false">
        <Kept typed={typed} />
        <button type="submit" class="button" name="format" value="csv">
          {text('Export as CSV')}
        </button>
        <button type="submit" class="button" name="format" value="jsonl">
          {text('Export as JSON lines')}
        </button>
      </form>
    </Section>
  );
}

function Chain({ entries, head, checked, typed }: AuditProps['chain'] & Pick<AuditProps, 'typed'>) {
  return (
    <Section
      id="chain"
      title={t('Chain')}
      lead={t(
        'Every entry names the hash of the one before. Note the newest hash elsewhere: a log that was made anew or cut has another one.',
      )}
    >
      <p safe>{plural(entries, '{n} entry. The newest hash:', '{n} entries. The newest hash:')}</p>
      <p>
        <code class="wrap" data-audit-head="" safe>
          {head}
        </code>
      </p>
      {checked === null ? (
        ''
      ) : (
        <div class={checked.broken === null ? 'card ok' : 'card warn'} role="status" data-audit-checked="">
          <p>
            {checked.broken === null
              ? markup('Checked at {time}: every entry is as it was written.', {
                  time: <When at={checked.at} hour />,
                })
              : markup(
                  'Checked at {time}: entry {n} is not what was written, or one before it is missing. Compare with an export or a backup.',
                  { time: <When at={checked.at} hour />, n: <b safe>{String(checked.broken)}</b> },
                )}
          </p>
        </div>
      )}
      <form class="buttons" method="post" action="/admin/audit/check">
        <Kept typed={typed} />
        <button type="submit" class="button">
          {text('Check the chain')}
        </button>
      </form>
    </Section>
  );
}
