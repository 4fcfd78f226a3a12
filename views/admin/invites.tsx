/** Making invites. The link is shown once: the server keeps only a hash of its secret. */

import type { InviteCreated, Role } from '../../src/contract/accounts.ts';
import { plural, say, t } from '../../src/contract/words.ts';
import { attribute } from '../parts/attribute.ts';
import { FieldError } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { roleTitle, roleWord } from '../parts/role.ts';
import { When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface OpenInvite {
  readonly id: string;
  readonly role: Role;
  readonly usesLeft: number;
  readonly expiresAt: number;
}

export interface InviteFormProps {
  /** Roles that this admin may hand out. */
  readonly roles: readonly Role[];
  readonly typed?: { readonly role: string; readonly uses: string; readonly expires: string };
  readonly errors?: Readonly<Record<string, string>>;
  readonly created?: InviteCreated;
}

/** How long invites last, in days. */
export const INVITE_DAYS = [1, 7, 30] as const;

export function InviteForm({ roles, typed, errors = {}, created }: InviteFormProps) {
  return (
    <>
      <form
        class="invite-form"
        method="post"
        action="/admin/invites"
        hx-post="/admin/invites"
        hx-target="#invite-result"
        hx-swap="innerHTML"
        {...{ 'hx-status:400': 'swap:innerHTML' }}
      >
        <div class="field">
          <label for="invite-role">{text('Role')}</label>
          <select id="invite-role" name="role" aria-describedby="invite-role-error">
            {roles.map((role) => (
              <option value={role} selected={role === (typed?.role ?? 'member')} safe>
                {roleTitle(role)}
              </option>
            ))}
          </select>
          <FieldError name="role" id="invite-role-error" error={errors.role} />
        </div>
        <div class="field">
          <label for="invite-uses">{text('Uses')}</label>
          <input
            id="invite-uses"
            name="uses"
            type="number"
            inputmode="numeric"
            min="1"
            max="1000"
            value={attribute(typed?.uses ?? '1')}
            aria-describedby="invite-uses-error"
          />
          <FieldError name="uses" id="invite-uses-error" error={errors.uses} />
        </div>
        <div class="field">
          <label for="invite-expires">{text('Expires after')}</label>
          <select id="invite-expires" name="expires" aria-describedby="invite-expires-error">
            {INVITE_DAYS.map((days) => (
              <option value={String(days)} selected={String(days) === (typed?.expires ?? '7')} safe>
                {plural(days, '{n} day', '{n} days')}
              </option>
            ))}
          </select>
          <FieldError name="expires" id="invite-expires-error" error={errors.expires} />
        </div>
        <button type="submit" class="button primary">
          <Icon name="link" />
          {text('Create invite')}
        </button>
      </form>
      <div id="invite-result" class="invite-result" aria-live="polite">
        {created ? <CreatedInvite invite={created} /> : ''}
      </div>
    </>
  );
}

/** The new link. */
export function CreatedInvite({ invite }: { invite: InviteCreated }) {
  return (
    <div class="card ok">
      <p>
        <b>{text('Here is the link.')}</b>{' '}
        <span safe>
          {plural(
            invite.uses,
            'It works once, for a person in the role {role}.',
            'It works {n} times, each for a person in the role {role}.',
            { role: roleWord(invite.role) },
          )}
        </span>{' '}
        {markup('It ends on {day} and is not shown again.', { day: <When at={invite.expiresAt} /> })}
      </p>
      <p class="invite-line">
        <code class="wrap" id="invite-url" data-invite-url="" translate="no" safe>
          {invite.url}
        </code>
        <button type="button" class="button small" data-copy="invite-url" hidden>
          <Icon name="copy" />
          {text('Copy link')}
        </button>
      </p>
    </div>
  );
}

/** The answer to a request of htmx: the new link, and the list of open invites in the place of the one before. */
export function InviteAnswer({ created, open }: { created: InviteCreated; open: readonly OpenInvite[] }) {
  return (
    <>
      <CreatedInvite invite={created} />
      <OpenInvites invites={open} replace />
    </>
  );
}

/** Why no link was made; also the answer to a request of htmx. */
export function InviteRefused({ sentences }: { sentences: readonly string[] }) {
  return (
    <p class="error" safe>
      {sentences.map(say).join(' ')}
    </p>
  );
}

/** What can still be used. `replace` is for the answer to htmx, where the new list takes the place of the one before. */
export function OpenInvites({
  invites,
  replace = false,
}: {
  invites: readonly OpenInvite[];
  replace?: boolean;
}) {
  return (
    <ul
      class="list"
      id="open-invites"
      aria-label={t('Open invites')}
      {...(replace ? { 'hx-swap-oob': 'true' } : {})}
    >
      {invites.map((invite) => (
        <li class="list-row">
          <span class="list-main">
            <b safe>
              {plural(invite.usesLeft, 'For one person: {role}', 'For {n} people: {role}', {
                role: roleWord(invite.role),
              })}
            </b>
            <small>{markup('Until {day}', { day: <When at={invite.expiresAt} /> })}</small>
          </span>
          <form
            class="list-side"
            method="post"
            action={`/admin/invites/${encodeURIComponent(invite.id)}/revoke`}
            hx-post={`/admin/invites/${encodeURIComponent(invite.id)}/revoke`}
            hx-target="closest li"
            hx-swap="delete"
          >
            <button type="submit" class="button small">
              {text('Take back')}
            </button>
          </form>
        </li>
      ))}
    </ul>
  );
}
