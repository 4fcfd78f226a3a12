/** GET /admin/policies: what the workspace allows, as one form. */
import type { Role } from '../../src/contract/accounts.ts';
import { POLICY_RANGES } from '../../src/contract/policies.ts';
import { t } from '../../src/contract/words.ts';
import { AdminNav } from '../parts/admin-nav.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field } from '../parts/field.tsx';
import { Section, Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

/** As typed, or as it holds. */
export interface PolicyForm {
  readonly registration: string;
  readonly secondFactor: string;
  readonly sessionDays: string;
  readonly relayDays: string;
  readonly history: string;
  readonly suite: string;
  readonly audit: string;
  readonly presence: boolean;
  readonly typing: boolean;
  readonly directDownloads: boolean;
}

export interface PoliciesProps {
  /** Of who looks at it. */
  readonly role: Role;
  readonly form: PolicyForm;
  readonly suites: readonly { readonly id: number; readonly name: string }[];
  readonly errors?: Readonly<Partial<Record<keyof PolicyForm, string>>>;
  /** Files lie in a bucket that browsers reach. */
  readonly canDirect?: boolean;
  /** They were stored by the request that this answers. */
  readonly saved?: boolean;
}

export function Policies({
  role,
  form,
  suites,
  errors = {},
  canDirect = false,
  saved = false,
}: PoliciesProps) {
  return (
    <Sheet
      view="admin"
      title={t('Policies')}
      lead={t('They hold for everybody here. What a policy switches off is not collected at all.')}
    >
      <AdminNav role={role} here="/admin/policies" />
      {saved ? (
        <p class="card ok" role="status">
          {text('Saved. The policies hold from now on.')}
        </p>
      ) : (
        ''
      )}
      <form class="policies" method="post" action="/admin/policies">
        <Accounts form={form} errors={errors} />
        <Messages form={form} errors={errors} suites={suites} />
        <Seen form={form} />
        {canDirect ? <Direct form={form} /> : ''}
        <Section id="audit-level" title={t('Audit log')}>
          <Choice
            name="audit"
            label={t('The log notes')}
            options={[
              ['accounts', t('What is done to accounts, keys, files and the workspace')],
              ['messages', t('That and each message: who, where, when, how large')],
            ]}
            value={form.audit}
            error={errors.audit}
            hint={t('Never what is written. With messages the log shows who talks to whom, and when.')}
          />
        </Section>
        <div class="buttons">
          <button type="submit" class="button primary">
            {text('Save policies')}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

type Part = Pick<PoliciesProps, 'form'> & { readonly errors: NonNullable<PoliciesProps['errors']> };

function Accounts({ form, errors }: Part) {
  return (
    <Section id="accounts" title={t('Accounts')}>
      <Choice
        name="registration"
        label={t('Who may make an account')}
        options={[
          ['invite', t('People with an invite')],
          ['open', t('Anybody who reaches this server')],
        ]}
        value={form.registration}
        error={errors.registration}
        hint={t('Whoever comes without an invite becomes a member. Invites work either way.')}
      />
      <Choice
        name="secondFactor"
        label={t('Signing in')}
        options={[
          ['optional', t('A password is enough')],
          ['required', t('A passkey, or a password and a code')],
        ]}
        value={form.secondFactor}
        error={errors.secondFactor}
        hint={t('Whoever has neither is asked to set one up when they sign in next, before anything else.')}
      />
      <Field
        name="sessionDays"
        label={t('Sign people out after so many days without use')}
        value={form.sessionDays}
        error={errors.sessionDays}
        hint={rangeOf('sessionDays')}
        inputmode="numeric"
        literal
        required
      />
    </Section>
  );
}

function Messages({ form, errors, suites }: Part & Pick<PoliciesProps, 'suites'>) {
  return (
    <Section id="messages" title={t('Messages')}>
      <Field
        name="relayDays"
        label={t('Keep sealed messages for devices that are away, in days')}
        value={form.relayDays}
        error={errors.relayDays}
        hint={`${rangeOf('relayDays')} ${t('What a device did not fetch by then it asks the others for.')}`}
        inputmode="numeric"
        literal
        required
      />
      <Choice
        name="history"
        label={t('In a new group, those who come later see')}
        options={[
          ['none', t('Nothing from before')],
          ['invitation', t('What was written since they were added')],
          ['all', t('Everything from before')],
        ]}
        value={form.history}
        error={errors.history}
        hint={t(
          'Whoever makes a group can choose otherwise. Groups that exist keep what their admins signed.',
        )}
      />
      <Choice
        name="suite"
        label={t('Encryption that new groups demand, at least')}
        options={suites.map(({ id, name }) => [String(id), t('Suite {id}: {name}', { id, name })] as const)}
        value={form.suite}
        error={errors.suite}
        hint={t(
          'It stands in the signed policy of each group, and no server can lower it. Groups that exist keep theirs.',
        )}
      />
    </Section>
  );
}

function Seen({ form }: Pick<PoliciesProps, 'form'>) {
  return (
    <Section id="seen" title={t('What people see of each other')}>
      <label class="check">
        <input type="checkbox" name="presence" value="on" checked={form.presence} />
        <span>
          {text('People see who is online')}
          <small class="hint">{text('Each person can still hide.')}</small>
        </span>
      </label>
      <label class="check">
        <input type="checkbox" name="typing" value="on" checked={form.typing} />
        <span>{text('People see who is writing')}</span>
      </label>
    </Section>
  );
}

function Direct({ form }: Pick<PoliciesProps, 'form'>) {
  return (
    <Section id="direct" title={t('Where files come from')}>
      <label class="check">
        <input type="checkbox" name="directDownloads" value="on" checked={form.directDownloads} />
        <span>
          {text('Files come straight from the bucket')}
          <small class="hint">
            {text(
              'That is quicker, and this server has less to do. Whoever keeps the bucket then sees from which addresses sealed files are fetched, when, and how large they are; never what is in them.',
            )}
          </small>
        </span>
      </label>
    </Section>
  );
}

const rangeOf = (name: keyof typeof POLICY_RANGES): string => t('{min} to {max}.', POLICY_RANGES[name]);
