/**
 * Starting a conversation. The dialog's form is drawn by the island: a group's name is sealed and who is in it is signed, so
 * the fields belong to it. The page is for browsers without a script, which can begin a conversation of two.
 */

import type { Role } from '../../src/contract/accounts.ts';
import { may } from '../../src/contract/permissions.ts';
import type { PolicyValues } from '../../src/contract/policies.ts';
import { t } from '../../src/contract/words.ts';
import { attribute } from './attribute.ts';
import { FieldError } from './field.tsx';
import { Icon } from './icon.tsx';
import { text } from './words.tsx';

export interface PersonChoice {
  readonly username: string;
  readonly name: string;
}

export interface NewConversationProps {
  readonly people: readonly PersonChoice[];
  /** What was typed, when the form comes back. */
  readonly typed?: { readonly people: string };
  readonly errors?: Readonly<Record<string, string>>;
}

/** For the island: may this person make groups, and what history a new one gives unless chosen otherwise. */
export function NewConversationDialog({ role, history }: { role: Role; history: PolicyValues['history'] }) {
  const groups = may(role, 'groups.make') ? { 'data-history': history } : {};
  return (
    <dialog id="new-conversation" class="dialog" aria-labelledby="new-conversation-title">
      <header class="dialog-head">
        <h2 id="new-conversation-title">{text('New conversation')}</h2>
        <button
          type="button"
          class="icon-button"
          command="close"
          commandfor="new-conversation"
          aria-label={t('Close')}
        >
          <Icon name="close" />
        </button>
      </header>
      <div data-new-conversation="" {...groups} />
      <noscript>
        <a class="link" href="/conversations/new">
          {text('Begin a conversation of two without a script')}
        </a>
      </noscript>
    </dialog>
  );
}

export function NewConversationFields({ people, typed, errors = {} }: NewConversationProps) {
  return (
    <>
      <div class="field">
        <label for="people">{text('People')}</label>
        <input
          id="people"
          name="people"
          list="usernames"
          value={attribute(typed?.people ?? '')}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          required
          aria-describedby="people-hint people-error"
          {...(errors.people ? { 'aria-invalid': 'true' as const } : {})}
        />
        <p class="hint" id="people-hint">
          {text(
            'A username, for a conversation of two. Groups are made in the dialog, which needs JavaScript.',
          )}
        </p>
        <FieldError name="people" id="people-error" error={errors.people} />
        <datalist id="usernames">
          {people.map((person) => (
            <option value={attribute(person.username)} safe>
              {person.name}
            </option>
          ))}
        </datalist>
      </div>
      <button type="submit" class="button primary">
        {text('Start')}
      </button>
    </>
  );
}
